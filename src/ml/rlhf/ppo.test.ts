import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { LanguageModel, RewardModel } from '../models/index.ts';
import { heldOutLoss } from './heldOutLoss.ts';
import { PpoLoop } from './ppo.ts';
import type { PpoOptions } from './ppoOptions.ts';
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
  // Four prompts, before and after; their completions are scored.
  assert.deepEqual(
    samples?.map(({ step }) => step),
    [0, 0, 0, 0, ...Array<undefined>(4)],
  );
  assert.ok(samples.every(({ score }) => Number.isFinite(score)));
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
  const state = structuredClone(first.snapshot());
  await first.advance();
  first.dispose();
  const second = new PpoLoop(options({ iterations: 4, minibatchSize: 8 }));
  second.restore(state);
  assert.deepEqual(await finished(second), whole);
});

const web: PpoOptions['document'] = (random) => random.pick(lessons).completion;

test('with ptx the pre-training text keeps what plain PPO forgets', async () => {
  const heldOut = async (settings: Record<string, unknown>): Promise<number> => {
    const loop = new PpoLoop({
      ...options({ iterations: 25, klCoef: 0, emaDecay: 0, ...settings }),
      document: (random) => `Long ago ${web(random)}`,
    });
    while (loop.step < loop.totalSteps) await loop.advance();
    const { model: trained } = await loop.finish();
    loop.dispose();
    return heldOutLoss(
      trained,
      lessons.map(({ completion }) => `Long ago ${completion}`),
    );
  };
  const [plain, ptx] = [await heldOut({}), await heldOut({ ptxCoef: 1, ptxRatio: 0.25 })];
  assert.ok(ptx < plain - 0.5, `${ptx} against ${plain}`);
});

test('ptx without text is an error that names what to do', () => {
  assert.throws(() => new PpoLoop(options({ ptxCoef: 1 })), {
    code: 'empty-dataset',
    remedy: /set ppo.ptxCoef to 0/,
  });
});

test('the result is the moving average, and without one the last policy', async () => {
  const result = async (emaDecay: number): Promise<Float32Array> => {
    const loop = new PpoLoop(options({ iterations: 1, emaDecay }));
    await loop.advance();
    const { model: trained } = await loop.finish();
    loop.dispose();
    return trained.parameters.data;
  };
  const [last, average] = [await result(0), await result(0.75)];
  const start = model.parameters.data;
  let moved = 0;
  for (let i = 0; i < start.length; i++) {
    moved = Math.max(moved, Math.abs(last[i] - start[i]));
    assert.ok(Math.abs(average[i] - (0.75 * start[i] + 0.25 * last[i])) < 1e-6);
  }
  assert.ok(moved > 1e-4);
});

test('episodes for the inspector add up: rewards are score and penalty, advantages end at the score', async () => {
  const loop = new PpoLoop(options({ rolloutEvery: 2, rolloutEpisodes: 4, klCoef: 0.3 }));
  const counts: number[] = [];
  for (let i = 0; i < 4; i++) {
    const { rollouts = [] } = await loop.advance();
    counts.push(rollouts.length);
    for (const { score, kl, kls, rewards, values, advantages, tokens, completion } of rollouts) {
      const total = rewards.reduce((sum, reward) => sum + reward, 0);
      assert.ok(Math.abs(total - (score - 0.3 * kl)) < 1e-4);
      const last = tokens.length - 1;
      assert.ok(Math.abs(advantages[last] - (score - 0.3 * kls[last] - values[last])) < 1e-4);
      assert.ok(tokens.join('').startsWith(completion));
    }
  }
  assert.deepEqual(counts, [4, 4, 0, 4]);
  loop.dispose();
});

test('completions that cannot end are diagnosed, and stop the run where that is asked', async () => {
  const loop = new PpoLoop(options({ maxNewTokens: 1, stopOn: 'kl-blow-up, no-eos' }));
  const { warnings, stop } = await loop.advance();
  assert.deepEqual(
    warnings?.map(({ code }) => code),
    ['no-eos'],
  );
  assert.equal(stop, 'no-eos');
  assert.equal((await loop.advance()).stop, undefined, 'it is told once');
  loop.dispose();
});

test('a policy let loose with huge steps is diagnosed by its KL, its entropy and its scores', async () => {
  const loop = new PpoLoop(
    options({ iterations: 60, klCoef: 0, learningRate: 0.01, klLimit: 2, warmupIterations: 0 }),
  );
  const seen = new Set<string>();
  while (loop.step < loop.totalSteps) {
    const { warnings = [], stop } = await loop.advance();
    assert.equal(stop, undefined);
    for (const { code } of warnings) seen.add(code);
  }
  loop.dispose();
  assert.ok(seen.has('kl-blow-up') && seen.has('entropy-collapse'), [...seen].join(', '));
});

test('a value model with a far too high rate diverges, and that is diagnosed', async () => {
  const loop = new PpoLoop(
    options({
      iterations: 12,
      learningRate: 1e-5,
      valueLearningRate: 1,
      maxGradNorm: 0,
      valueClipRange: 100,
      lam: 1,
    }),
  );
  const seen = new Set<string>();
  while (loop.step < loop.totalSteps) {
    for (const { code } of (await loop.advance()).warnings ?? []) seen.add(code);
  }
  loop.dispose();
  assert.ok(seen.has('value-divergence'), [...seen].join(', '));
});

test('the adaptive coefficient moves, and a resumed run goes on with it', async () => {
  const settings = { klController: 'adaptive', klTarget: 0.01, klHorizon: 100, iterations: 4 };
  const loop = new PpoLoop(options(settings));
  for (let i = 0; i < 3; i++) await loop.advance();
  const state = structuredClone(loop.snapshot());
  const { metrics } = await loop.advance();
  assert.notEqual(metrics['ppo/kl_coef'], options().hyperparameters.klCoef);
  loop.dispose();
  const resumed = new PpoLoop(options(settings));
  resumed.restore(state);
  assert.equal((await resumed.advance()).metrics['ppo/kl_coef'], metrics['ppo/kl_coef']);
  resumed.dispose();
});

test('prompts that leave no room for a completion are an error that says what to do', () => {
  assert.throws(() => new PpoLoop(options({ maxNewTokens: 47 })), {
    code: 'empty-dataset',
    remedy: /lower ppo.maxNewTokens/,
  });
});
