import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { LanguageModel, RewardModel } from '../models/index.ts';
import { PpoLoop, type PpoOptions } from './ppo.ts';
import { RewardModelLoop } from './rewardModel.ts';
import { SftLoop } from './sft.ts';

const execution = { threads: 1 };
let model: LanguageModel;
let rewardModel: RewardModel;

/** A policy that half knows its lessons, and a reward model that likes whole answers. */
before(async () => {
  const sft = new SftLoop({
    model: tinyModel(),
    demonstrations: lessons,
    validation: [],
    hyperparameters: resolveHyperparameters('sft', {
      epochs: 40,
      batchSize: 4,
      learningRate: 0.01,
    }),
    seed: 1,
    execution,
  });
  while (sft.step < sft.totalSteps) await sft.advance();
  ({ model } = await sft.finish());
  sft.dispose();
  const reward = new RewardModelLoop({
    model,
    rankings: lessons.map(({ prompt, completion }) => ({
      prompt,
      completions: [
        { text: completion, ended: true },
        { text: completion.slice(0, 9), ended: true },
        { text: '', ended: true },
      ],
      ranking: [[0], [1], [2]],
    })),
    validation: [],
    demonstrations: lessons,
    hyperparameters: resolveHyperparameters('rm', { epochs: 20, batchSize: 4, learningRate: 0.01 }),
    seed: 1,
    execution,
  });
  while (reward.step < reward.totalSteps) await reward.advance();
  ({ model: rewardModel } = await reward.finish());
  reward.dispose();
});

const options = (settings: Record<string, unknown> = {}): PpoOptions => ({
  model,
  rewardModel,
  prompts: lessons.map(({ prompt }, i) => ({ promptId: `p${i}`, prompt })),
  hyperparameters: resolveHyperparameters('ppo', {
    iterations: 12,
    batchSize: 16,
    minibatchSize: 16,
    learningRate: 3e-3,
    valueLearningRate: 3e-3,
    warmupIterations: 2,
    maxNewTokens: 16,
    ...settings,
  }),
  seed: 5,
  execution,
});

test('the first minibatch has ratio 1: no KL, nothing clipped, a loss of minus the mean advantage', async () => {
  const loop = new PpoLoop(options());
  const { metrics, samples } = await loop.advance();
  assert.ok(Math.abs(metrics['ppo/kl']) < 1e-4, String(metrics['ppo/kl']));
  assert.ok(metrics['ppo/approx_kl'] < 1e-9, String(metrics['ppo/approx_kl']));
  assert.equal(metrics['ppo/clip_fraction'], 0);
  assert.ok(Math.abs(metrics['ppo/policy_loss']) < 1e-4); // advantages were whitened
  assert.ok(Math.abs(metrics['ppo/reward'] - metrics['ppo/score']) < 1e-4);
  assert.equal(samples?.length, 3);
  loop.dispose();
});

test('the score rises, and neither the reference nor the reward model changes', async () => {
  const before = [model.parameters.data.slice(), rewardModel.parameters.data.slice()];
  const loop = new PpoLoop(options({ iterations: 30 }));
  const scores: number[] = [];
  while (loop.step < loop.totalSteps) scores.push((await loop.advance()).metrics['ppo/score']);
  const mean = (part: number[]): number => part.reduce((sum, x) => sum + x, 0) / part.length;
  assert.ok(
    mean(scores.slice(-5)) > mean(scores.slice(0, 5)) + 0.5,
    scores.map((score) => score.toFixed(2)).join(' '),
  );
  assert.deepEqual([model.parameters.data, rewardModel.parameters.data], before);
  loop.dispose();
});

test('a huge KL coefficient keeps the policy near its reference', async () => {
  const drift = async (klCoef: number): Promise<number> => {
    const loop = new PpoLoop(options({ iterations: 30, learningRate: 1e-3, klCoef }));
    let kl = 0;
    while (loop.step < loop.totalSteps) kl = (await loop.advance()).metrics['ppo/kl_k3'];
    loop.dispose();
    return kl;
  };
  const [free, held] = [await drift(0), await drift(10)];
  assert.ok(held < free / 2, `${held} against ${free}`);
});

test('a resumed run ends with the weights of an uninterrupted one, bit for bit', async () => {
  const finished = async (loop: PpoLoop): Promise<Float32Array> => {
    while (loop.step < loop.totalSteps) await loop.advance();
    const result = await loop.finish();
    loop.dispose();
    return result.model.parameters.data;
  };
  const whole = await finished(new PpoLoop(options({ iterations: 4, minibatchSize: 8 })));
  const first = new PpoLoop(options({ iterations: 4, minibatchSize: 8 }));
  await first.advance();
  await first.advance();
  const state = first.snapshot();
  await first.advance();
  first.dispose();
  const second = new PpoLoop(options({ iterations: 4, minibatchSize: 8 }));
  second.restore(state);
  assert.deepEqual(await finished(second), whole);
});

test('prompts that leave no room for a completion are an error that says what to do', () => {
  assert.throws(() => new PpoLoop(options({ maxNewTokens: 47 })), {
    code: 'empty-dataset',
    remedy: /lower ppo.maxNewTokens/,
  });
});
