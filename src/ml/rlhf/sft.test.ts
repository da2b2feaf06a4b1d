import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { SftLoop, type SftOptions } from './sft.ts';

const options = (settings: Record<string, unknown> = {}): SftOptions => ({
  model: tinyModel(),
  demonstrations: lessons,
  validation: lessons.slice(0, 2),
  hyperparameters: resolveHyperparameters('sft', {
    epochs: 120,
    batchSize: 4,
    learningRate: 0.02,
    weightDecay: 0,
    ...settings,
  }),
  seed: 1,
  execution: { threads: 1 },
});

async function finished(loop: SftLoop): Promise<Float32Array> {
  while (loop.step < loop.totalSteps) await loop.advance();
  const { model } = await loop.finish();
  loop.dispose();
  return model.parameters.data;
}

test('a model that starts knowing nothing loses ln V a token and ends knowing its lessons', async () => {
  const loop = new SftLoop(options());
  const first = await loop.advance();
  const loss = first.metrics['sft/loss'];
  assert.ok(Math.abs(loss - Math.log(tinyModel().config.vocabSize)) < 0.3, String(loss));
  let last = first;
  while (loop.step < loop.totalSteps) last = await loop.advance();
  assert.ok(last.metrics['sft/loss'] < 0.05, String(last.metrics['sft/loss']));
  assert.ok(last.metrics['sft/validation_loss'] < 0.05);
  loop.dispose();
});

test('the first step has the peak learning rate, the last one little more than a tenth', async () => {
  const loop = new SftLoop(options({ epochs: 40 }));
  const rates: number[] = [];
  while (loop.step < loop.totalSteps) {
    rates.push((await loop.advance()).metrics['learning_rate']);
  }
  assert.equal(rates[0], 0.02);
  assert.ok(Math.abs(rates[10] / 0.02 - 0.868198) < 1e-5); // a quarter of the way
  assert.ok(Math.abs(rates[20] / 0.02 - 0.55) < 1e-5); // half the way
  assert.ok((rates.at(-1) ?? 0) < 0.0021 && (rates.at(-1) ?? 0) > 0.002);
  loop.dispose();
});

test('a run resumed from any step ends with the weights of an uninterrupted one, bit for bit', async () => {
  const settings = { epochs: 3, batchSize: 3 };
  const whole = await finished(new SftLoop(options(settings)));
  const first = new SftLoop(options(settings));
  for (let i = 0; i < 4; i++) await first.advance();
  const state = first.snapshot();
  await first.advance(); // what comes after the snapshot does not change it
  first.dispose();
  const second = new SftLoop(options(settings));
  second.restore(state);
  assert.equal(second.step, 4);
  assert.deepEqual(await finished(second), whole);
});

test('loss on the completion alone leaves what predicts the prompt untrained', async () => {
  const completionOnly = new SftLoop(options({ epochs: 1 }));
  const everything = new SftLoop(options({ epochs: 1, completionOnlyLoss: false }));
  const tokens = (await completionOnly.advance()).tokens;
  assert.equal((await everything.advance()).tokens, tokens);
  const [a, b] = [completionOnly.snapshot(), everything.snapshot()];
  const weight = 'policy.transformer.wpe.weight';
  // Position 0 predicts a token of the prompt: only the second loop gives it a gradient of its own.
  assert.notDeepEqual(a.tensors.get(weight)?.data, b.tensors.get(weight)?.data);
  completionOnly.dispose();
  everything.dispose();
});

test('no demonstration at all is an error that says what to do', () => {
  assert.throws(() => new SftLoop({ ...options(), demonstrations: [] }), {
    code: 'empty-dataset',
    remedy: /Write demonstrations/,
  });
});
