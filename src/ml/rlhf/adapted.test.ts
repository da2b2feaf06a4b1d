import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { InstructError } from '../../protocol/errors.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import {
  loadLanguageModel,
  saveLanguageModel,
  scoreWeight,
  type LanguageModel,
} from '../models/index.ts';
import { RewardModelLoop } from './rewardModel.ts';
import { SftLoop, type SftOptions } from './sft.ts';

const scratch = mkdtempSync(join(tmpdir(), 'adapted-'));
after(() => rmSync(scratch, { recursive: true }));

/** Embeddings as large as those of a trained model, so that a frozen head can tell tokens apart. */
function spread(): LanguageModel {
  const model = tinyModel();
  const table = model.parameters.view('transformer.wte.weight');
  for (let i = 0; i < table.length; i++) table[i] *= 25;
  return model;
}

const options = (settings: Record<string, unknown> = {}): SftOptions => ({
  model: spread(),
  demonstrations: lessons,
  validation: lessons,
  hyperparameters: resolveHyperparameters('sft', {
    epochs: 60,
    batchSize: 4,
    learningRate: 0.05,
    weightDecay: 0,
    loraRank: 8,
    loraAlpha: 32,
    ...settings,
  }),
  seed: 1,
  execution: { threads: 1 },
});

test('SFT trains an adapter, leaves the model under it alone and works it into the result', async () => {
  const given = options();
  const before = given.model.parameters.data.slice();
  const loop = new SftLoop(given);
  const first = await loop.advance();
  let last = first;
  while (loop.step < loop.totalSteps) last = await loop.advance();
  assert.ok(last.metrics['sft/loss'] < first.metrics['sft/loss'] / 2);
  const names = [...loop.snapshot().tensors.keys()];
  assert.ok(
    names.every((name) => /\.lora_[AB]\.weight$|:mean/.test(name)),
    names.join(),
  );
  assert.deepEqual(given.model.parameters.data, before);
  await saveLanguageModel(join(scratch, 'base'), given.model);
  const { model, adapter, summary } = await loop.finish();
  loop.dispose();
  assert.ok(adapter !== undefined);
  assert.equal(model.config.adapter, undefined);

  // The result says of the lessons what the adapter beside the weights said.
  const copy = { ...model, parameters: model.parameters.clone() };
  const check = new SftLoop({ ...given, ...options({ loraRank: 0, epochs: 1 }), model: copy });
  const merged = (await check.finish()).summary['sft/validation_loss'];
  check.dispose();
  assert.ok(Math.abs(merged - summary['sft/validation_loss']) < 1e-5);

  // Saved, it is a whole model with the adapter in PEFT's layout beside it.
  const card = { title: 'x', text: 'x', stage: 'sft', parent: 'base' };
  await saveLanguageModel(join(scratch, 'result'), model, { card, adapter });
  const whole = await loadLanguageModel(join(scratch, 'result'));
  assert.deepEqual(whole.parameters.data, model.parameters.data);
  const again = await loadLanguageModel(join(scratch, 'result/adapter'));
  assert.deepEqual(again.parameters.data, model.parameters.data);
  const text = readFileSync(join(scratch, 'result/adapter/adapter_config.json'), 'utf8');
  assert.match(text, /"base_model_name_or_path": "base"/);
});

test('a run with dropout that is resumed ends with the adapter of an uninterrupted one', async () => {
  const settings = { epochs: 6, loraDropout: 0.3, loraTargets: 'c_attn, mlp.c_proj' };
  const finished = async (loop: SftLoop): Promise<Float32Array | undefined> => {
    while (loop.step < loop.totalSteps) await loop.advance();
    const { adapter } = await loop.finish();
    loop.dispose();
    return adapter?.parameters.data;
  };
  const whole = await finished(new SftLoop(options(settings)));
  const first = new SftLoop(options(settings));
  for (let i = 0; i < 3; i++) await first.advance();
  const second = new SftLoop(options(settings));
  second.restore(first.snapshot());
  first.dispose();
  assert.ok(whole !== undefined);
  assert.deepEqual(await finished(second), whole);
  assert.notDeepEqual(await finished(new SftLoop(options({ ...settings, loraDropout: 0 }))), whole);
});

test('a reward model learns through an adapter and a head of its own', async () => {
  const given = options();
  const loop = new RewardModelLoop({
    model: given.model,
    rankings: lessons.map(({ prompt, completion }) => ({
      prompt,
      completions: [
        { text: completion, ended: true },
        { text: 'No.', ended: false },
      ],
      ranking: [[0], [1]],
    })),
    validation: [],
    demonstrations: lessons,
    hyperparameters: resolveHyperparameters('rm', {
      epochs: 30,
      batchSize: 2,
      learningRate: 0.02,
      loraRank: 4,
      loraDropout: 0.1,
    }),
    seed: 1,
    execution: { threads: 1 },
  });
  let loss = Infinity;
  while (loop.step < loop.totalSteps) loss = (await loop.advance()).metrics['rm/loss'];
  const { model, adapter } = await loop.finish();
  loop.dispose();
  assert.ok(loss < 0.2, String(loss));
  assert.deepEqual(adapter?.parameters.view(scoreWeight), model.parameters.view(scoreWeight));
  const table = 'transformer.wte.weight';
  assert.deepEqual(model.parameters.view(table), given.model.parameters.view(table));
});

test('a target that the model does not have is refused with those it has', () => {
  assert.throws(
    () => new SftLoop(options({ loraTargets: 'q_proj,v_proj' })),
    (error) => {
      assert.ok(error instanceof InstructError && error.code === 'bad-hyperparameter');
      assert.match(error.message, /"q_proj"/);
      assert.match(error.remedy, /c_attn, c_proj, c_fc/);
      return true;
    },
  );
});
