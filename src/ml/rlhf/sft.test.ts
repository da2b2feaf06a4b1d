import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { Random } from '../../data/random.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { withScalarHead } from '../models/index.ts';
import { heldOutLoss } from './heldOutLoss.ts';
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
  const state = structuredClone(first.snapshot());
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

/** Everything that SFT can do at once, on documents of one sentence. */
const everything = (settings: Record<string, unknown> = {}): SftOptions => ({
  ...options({ epochs: 4, batchSize: 3, residualDropout: 0.2, pretrainMix: 0.3, ...settings }),
  document: () => 'The cow says woof and the dog says moo.',
});

test('with dropout, mixed text and a best epoch a resumed run still ends with equal bits', async () => {
  const settings = { selectBy: 'validation-loss', batchSize: 2 };
  const whole = await finished(new SftLoop(everything(settings)));
  for (const steps of [1, 2, 5]) {
    const first = new SftLoop(everything(settings));
    for (let i = 0; i < steps; i++) await first.advance();
    const second = new SftLoop(everything(settings));
    second.restore(first.snapshot());
    first.dispose();
    assert.deepEqual(await finished(second), whole, `after ${steps}`);
  }
  const without = await finished(new SftLoop(everything({ ...settings, residualDropout: 0 })));
  assert.notDeepEqual(without, whole);
});

test('text that is mixed in is learnt beside the demonstrations, each with a loss of its own', async () => {
  const lossAfter = async (settings: Record<string, unknown>): Promise<number> => {
    const loop = new SftLoop(everything({ epochs: 30, residualDropout: 0, ...settings }));
    const first = (await loop.advance()).metrics;
    const uniform = Math.log(tinyModel().config.vocabSize);
    assert.ok(Math.abs(first['sft/loss'] - uniform) < 0.3);
    if ('sft/pretrain_loss' in first) {
      assert.ok(Math.abs(first['sft/pretrain_loss'] - uniform) < 0.3);
    }
    while (loop.step < loop.totalSteps) await loop.advance();
    const { model } = await loop.finish();
    loop.dispose();
    return heldOutLoss(model, ['The cow says woof and the dog says moo.']);
  };
  assert.ok((await lossAfter({ pretrainMix: 0.3 })) < 1);
  assert.ok((await lossAfter({ pretrainMix: 0 })) > 2);
});

/** The metric after each epoch, and what was left in the end. */
async function selected(
  sft: SftOptions,
  metric: string,
): Promise<{ perEpoch: number[]; summary: Readonly<Record<string, number>> }> {
  const loop = new SftLoop(sft);
  const perEpoch: number[] = [];
  while (loop.step < loop.totalSteps) {
    const { metrics } = await loop.advance();
    if (metric in metrics) perEpoch.push(metrics[metric]);
  }
  const { summary } = await loop.finish();
  loop.dispose();
  return { perEpoch, summary };
}

test('the epoch with the lowest validation loss is kept, where that is asked for', async () => {
  // Held out is the opposite of what is learnt: the loss on it falls, then rises.
  const validation = lessons.map(({ prompt }, i) => ({
    prompt,
    completion: lessons[(i + 1) % 4].completion,
  }));
  const settings = { epochs: 80, learningRate: 0.03, selectBy: 'validation-loss' };
  const sft = { ...options(settings), validation };
  const { perEpoch, summary } = await selected(sft, 'sft/validation_loss');
  const least = Math.min(...perEpoch);
  assert.equal(perEpoch.length, 80);
  assert.ok(
    (perEpoch.at(-1) ?? 0) > least + 0.1,
    `the last is not the best: ${perEpoch.join(' ')}`,
  );
  assert.equal(summary['sft/best_epoch'], perEpoch.indexOf(least) + 1);
  assert.ok(Math.abs(summary['sft/validation_loss'] - least) < 1e-6, 'what is left is the best');
  const last = await selected(
    { ...sft, ...options({ ...settings, selectBy: 'last' }), validation },
    'sft/validation_loss',
  );
  assert.ok(Math.abs(last.summary['sft/validation_loss'] - (perEpoch.at(-1) ?? 0)) < 1e-6);
});

test('a reward model scores every epoch on held-out prompts, and can choose the best', async () => {
  const model = tinyModel();
  const rewardModel = {
    ...model,
    parameters: withScalarHead(model.config, model.parameters, new Random('head')),
    rewardBias: 0.5,
  };
  const { perEpoch, summary } = await selected(
    {
      ...options({ epochs: 6, selectBy: 'reward-score', selectMaxNewTokens: 6 }),
      rewardModel,
      validationPrompts: lessons.map(({ prompt }) => prompt),
    },
    'sft/validation_score',
  );
  const most = Math.max(...perEpoch);
  assert.ok(new Set(perEpoch).size > 1, String(perEpoch));
  assert.equal(summary['sft/best_epoch'], perEpoch.indexOf(most) + 1);
  assert.ok(Math.abs(summary['sft/validation_score'] - most) < 1e-6);
});

test('a selection by what is not there is refused with what it needs', () => {
  const byLoss = { ...options({ selectBy: 'validation-loss' }), validation: [] };
  assert.throws(() => new SftLoop(byLoss), { message: /demonstrations of the "valid" split/ });
  const byScore = options({ selectBy: 'reward-score' });
  assert.throws(() => new SftLoop(byScore), { remedy: /a reward model, or set sft.selectBy/ });
});
