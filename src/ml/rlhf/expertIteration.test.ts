import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { LanguageModel, RewardModel } from '../models/index.ts';
import { ExpertIterationLoop, type ExpertOptions } from './expertIteration.ts';
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

const options = (settings: Record<string, unknown> = {}): ExpertOptions => ({
  model,
  rewardModel,
  prompts: lessons.map(({ prompt }, i) => ({ promptId: `p${i}`, prompt })),
  hyperparameters: resolveHyperparameters('expert', {
    iterations: 8,
    batchSize: 16,
    completionsPerPrompt: 4,
    minibatchSize: 8,
    maxNewTokens: 16,
    learningRate: 0.003,
    weightDecay: 0,
    ...settings,
  }),
  seed: 2,
  execution,
});

test('the policy’s score rises towards that of the best of its completions, and its KL with it', async () => {
  const loop = new ExpertIterationLoop(options());
  const first = (await loop.advance()).metrics;
  assert.ok(first['expert/best_score'] > first['expert/score']);
  assert.ok(Math.abs(first['expert/kl']) < 1e-3, 'the policy is still the reference');
  let last = first;
  while (loop.step < loop.totalSteps) last = (await loop.advance()).metrics;
  loop.dispose();
  assert.ok(last['expert/score'] > first['expert/score'] + 0.3, JSON.stringify([first, last]));
  assert.ok(last['expert/kl'] > 0.05, String(last['expert/kl']));
});

test('completions without an end are never learned from', async () => {
  const untrained = tinyModel();
  const settings = { iterations: 1, maxNewTokens: 1, batchSize: 4, completionsPerPrompt: 2 };
  const loop = new ExpertIterationLoop({ ...options(settings), model: untrained });
  const { metrics } = await loop.advance();
  const { model: after } = await loop.finish();
  loop.dispose();
  assert.equal(metrics['expert/ended'], 0);
  assert.equal(metrics['expert/score'], -3, 'what replaces the score of such a completion');
  assert.deepEqual(after.parameters.data, untrained.parameters.data);
});

test('a resumed run ends with the weights of an uninterrupted one, bit for bit', async () => {
  const run = async (loop: ExpertIterationLoop): Promise<Float32Array> => {
    while (loop.step < loop.totalSteps) await loop.advance();
    const { model: result } = await loop.finish();
    loop.dispose();
    return result.parameters.data;
  };
  const whole = await run(new ExpertIterationLoop(options({ iterations: 3 })));
  const first = new ExpertIterationLoop(options({ iterations: 3 }));
  await first.advance();
  const second = new ExpertIterationLoop(options({ iterations: 3 }));
  second.restore(first.snapshot());
  first.dispose();
  assert.deepEqual(await run(second), whole);
});

test('prompts that leave no room, and a reward model of other tokens, are refused', () => {
  assert.throws(() => new ExpertIterationLoop(options({ maxNewTokens: 48 })), {
    code: 'empty-dataset',
    remedy: /expert\.maxNewTokens/,
  });
  const config = { ...rewardModel.config, vocabSize: 7 };
  assert.throws(
    () => new ExpertIterationLoop({ ...options(), rewardModel: { ...rewardModel, config } }),
    { code: 'bad-tokenizer' },
  );
});
