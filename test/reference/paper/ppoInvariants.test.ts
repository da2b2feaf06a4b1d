/** The invariants of PPO's mathematics, by their numbers in the list of the paper's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { input } from '../../../src/ml/graph/index.ts';
import { warmupFrom } from '../../../src/ml/optim/index.ts';
import { gatherExperience, type Episode } from '../../../src/ml/rlhf/experience.ts';
import { estimateAdvantages } from '../../../src/ml/rlhf/gae.ts';
import { estimateKl, penalisedRewards } from '../../../src/ml/rlhf/klPenalty.ts';
import { policyLoss, valueLoss } from '../../../src/ml/rlhf/losses.ts';
import { EpochOrder } from '../../../src/ml/rlhf/order.ts';
import { LogprobPass } from '../../../src/ml/rlhf/passes.ts';
import { whiten } from '../../../src/ml/rlhf/whiten.ts';
import { resolveHyperparameters } from '../../../src/protocol/hyperparameters.ts';
import { presetValues } from '../../../src/protocol/presets.ts';
import { tinyModel } from '../../fixtures/tinyModel.ts';
import { close, evaluate, execution, near, sum } from './numbers.ts';

const number = fc.float({ min: -2, max: 2, noNaN: true });

test('13. logits are divided by the temperature: 2, 1, 0 at T = 1, .7 and .5', async () => {
  // A model whose logits are the same everywhere: gains are 0, so what is left is the last bias.
  const { config, parameters } = tinyModel();
  parameters.data.fill(0);
  const first = (name: string, rows: readonly number[]): void => {
    const view = parameters.view(name);
    rows.forEach((value, row) => {
      view[row * config.nEmbd] = value;
    });
  };
  first('transformer.ln_f.bias', [1]);
  // Tokens 0, 1, 2 have logits 2, 1, 0; all others are as good as impossible.
  first('transformer.wte.weight', [2, 1, 0, ...Array<number>(config.vocabSize - 3).fill(-1e9)]);
  const sequence = { prompt: [5], completion: [0, 1, 2] };
  for (const [temperature, expected] of [
    [1, [-0.4076, -1.4076, -2.4076]],
    [0.7, [-0.2601, -1.6887, -3.1173]],
    [0.5, [-0.1429, -2.1429, -4.1429]],
  ] as const) {
    const pass = new LogprobPass(config, temperature, execution);
    const [logprobs] = await pass.run(parameters, [sequence], 'completion', 1);
    pass.dispose();
    close(logprobs, expected, 1e-4);
  }
});

test('14. Σ_t reward_t = score − β·Σ kl_t exactly, the score on the last token', () => {
  const rewards = penalisedRewards([-1.2, -0.7, -2], [-1, -1.1, -2.5], 1.3, 0.02);
  close(rewards, [0.004, -0.008, 1.29]);
  near(sum(rewards), 1.286);
});

test('15. λ = γ = 1: returns are the reward to go, whatever the values; with values 0 so are advantages', () => {
  const episode = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(episode, (steps) => {
      const rewards = steps.map(([reward]) => reward);
      const toGo = rewards.map((_, t) => sum(rewards.slice(t)));
      const values = steps.map(([, value]) => value);
      close(estimateAdvantages(rewards, values, 1, 1).returns, toGo, 1e-4);
      const zero = estimateAdvantages(
        rewards,
        values.map(() => 0),
        1,
        1,
      );
      close(zero.advantages, toGo, 1e-4);
    }),
  );
});

test('15. λ = 0: advantages are the temporal differences; returns − values = unwhitened advantages', () => {
  const { advantages } = estimateAdvantages([0.5, -1, 2], [1, 3, -2], 0.5, 0);
  // .5 + .5·3 − 1, −1 + .5·(−2) − 3, 2 + 0 + 2
  close(advantages, [1, -5, 4]);
  const values = [0.5, -0.25, 1.5, 2];
  const found = estimateAdvantages([1, -1, 0.5, 0.25], values, 0.9, 0.8);
  close(
    found.returns.map((value, t) => value - values[t]),
    found.advantages,
  );
});

const episodeOf = (length: number, seed: number): Episode => ({
  logprobs: Float32Array.from({ length }, (_, t) => -1 - ((seed + t) % 3)),
  refLogprobs: Float32Array.from({ length }, (_, t) => -1.5 - ((seed + 2 * t) % 2)),
  values: Float32Array.from({ length }, (_, t) => 0.25 * ((seed + t) % 5)),
  score: seed,
  ended: true,
});
const settings = presetValues('paper-1.3b', 'ppo');

test('15. nothing after the end leaks back: an episode beside longer ones is as it is alone', () => {
  const hyperparameters = resolveHyperparameters('ppo', { gamma: 0.9, whitenAdvantages: 'off' });
  const episodes = [episodeOf(2, 1), episodeOf(9, 2), episodeOf(5, 3)];
  const together = gatherExperience(episodes, hyperparameters, 0.02);
  for (const [i, episode] of episodes.entries()) {
    const alone = gatherExperience([episode], hyperparameters, 0.02);
    assert.deepEqual(together.advantages[i], alone.advantages[0]);
    assert.deepEqual(together.returns[i], alone.returns[0]);
  }
});

test('16. whitening: mean 0 within 1e-6, variance 1, blind to a·x + b with a > 0; or the mean kept', () => {
  const rows = [
    [0.5, -1, 2],
    [3, 0.25, -0.75, 1.5],
  ].map((row) => Float32Array.from(row));
  const entries = whiten(rows, 'zero').flatMap((row) => [...row]);
  near(sum(entries) / 7, 0);
  near(sum(entries.map((entry) => entry * entry)) / 7, 1, 1e-5);
  const moved = rows.map((row) => row.map((x) => 4 * x - 8));
  close(
    whiten(moved, 'zero').flatMap((row) => [...row]),
    entries,
    1e-5,
  );
  const kept = whiten(rows, 'kept').flatMap((row) => [...row]);
  near(sum(kept) / 7, 5.5 / 7, 1e-5);
});

test('17. the clipped policy loss and its gradient', async () => {
  const names = ['oldLogprobs', 'advantages', 'weights'] as const;
  const [oldLogprobs, advantages, weights] = names.map((name) => input(name, [1]));
  const logprobs = input('logprobs', [1]);
  const { loss } = policyLoss(logprobs, { oldLogprobs, advantages, weights }, 0.2);
  for (const [advantage, change, expected, slope] of [
    [1, -1, -0.3679, -0.3679],
    [1, 0, -1, -1],
    [1, 0.1, -1.1052, -1.1052],
    [1, 1, -1.2, 0],
    [-1, -1, 0.8, 0],
    [-1, 0, 1, 1],
    [-1, 1, 2.7183, 2.7183],
  ]) {
    const found = await evaluate(loss, logprobs, {
      logprobs: Float32Array.of(change - 3),
      oldLogprobs: Float32Array.of(-3),
      advantages: Float32Array.of(advantage),
      weights: Float32Array.of(1),
    });
    near(found.loss, expected, 1e-4);
    near(found.gradient[0], slope, 1e-4);
  }
});

test('18. the clipped value loss and its gradient', async () => {
  const names = ['oldValues', 'returns', 'weights'] as const;
  const [oldValues, returns, weights] = names.map((name) => input(name, [1]));
  const values = input('values', [1]);
  const loss = valueLoss(values, { oldValues, returns, weights }, 0.2);
  for (const [value, target, expected, slope] of [
    [1, 1, 0.32, 0],
    [0.1, 1, 0.405, -0.9],
    [0.5, 0.1, 0.08, 0.4],
    [-0.5, 1, 1.125, -1.5],
  ]) {
    const found = await evaluate(loss, values, {
      values: Float32Array.of(value),
      oldValues: Float32Array.of(0),
      returns: Float32Array.of(target),
      weights: Float32Array.of(1),
    });
    near(found.loss, expected, 1e-4);
    near(found.gradient[0], slope, 1e-4);
  }
});

test('19. the estimate k3 is never negative, and k1 is not below 0 in the mean of many samples', () => {
  const logprob = fc.float({ min: -20, max: 0, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(logprob, logprob), { minLength: 1 }), (pairs) => {
      const [ours, reference] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
      assert.ok(estimateKl(ours, reference).k3 >= 0);
    }),
  );
  // Tokens of p = (.5, .3, .2) as often as p has them, against q = (.4, .4, .2).
  const p = [0.5, 0.3, 0.2].map(Math.log);
  const q = [0.4, 0.4, 0.2].map(Math.log);
  const tokens = [...Array<number>(5).fill(0), ...Array<number>(3).fill(1), 2, 2];
  const { k1, k3 } = estimateKl(
    tokens.map((token) => p[token]),
    tokens.map((token) => q[token]),
  );
  // .5·ln 1.25 + .3·ln .75 = .111572 − .086305
  near(k1, 0.025267);
  near(k3, 0.025267);
});

test('20. 512/64 = 8 disjoint minibatches that cover every episode once', () => {
  const order = new EpochOrder(512, 64, 3);
  assert.equal(order.batchesPerEpoch, 8);
  const seen = Array.from({ length: 8 }, (_, step) => order.batch(step)).flat();
  assert.equal(seen.length, 512);
  assert.equal(new Set(seen).size, 512);
});

test('20. 256k episodes are 500 iterations of one inner epoch, 4,000 steps', () => {
  const [iterations, batch, minibatch, epochs] = [
    'iterations',
    'batchSize',
    'minibatchSize',
    'innerEpochs',
  ].map((key) => Number(settings[key]));
  assert.deepEqual([iterations, epochs], [500, 1]);
  assert.equal(iterations * batch, 256_000);
  assert.equal((iterations * epochs * batch) / minibatch, 4000);
});

test('21. the warm-up multiplier: .1 in iteration 0, .55 in 5, 1 from iteration 10 on', () => {
  const warmup = warmupFrom(0.1, Number(settings['warmupIterations']));
  close([0, 1, 5, 9, 10, 11, 400].map(warmup), [0.1, 0.19, 0.55, 0.91, 1, 1, 1]);
});
