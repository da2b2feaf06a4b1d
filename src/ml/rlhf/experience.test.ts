import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainedVariance, gatherExperience, type Episode } from './experience.ts';

const settings = { klCoef: 0.02, gamma: 1, lam: 1, whitenRewards: false, missingEosScore: -3 };
const episode: Episode = {
  logprobs: Float32Array.of(-1.2, -0.7, -2.0),
  refLogprobs: Float32Array.of(-1.0, -1.1, -2.5),
  values: Float32Array.of(0, 0, 0),
  score: 1.3,
  ended: true,
};

function near(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-5, `${actual} != ${expected}`);
}

test('an episode earns its score less the penalty', () => {
  const { metrics, returns } = gatherExperience([episode], settings);
  near(metrics['ppo/score'], 1.3);
  near(metrics['ppo/reward'], 1.286);
  near(metrics['ppo/kl'], 0.7);
  near(metrics['ppo/entropy'], 1.3);
  near(returns[0].at(0), 1.286);
});

test('a completion without an end gets exactly the fixed score', () => {
  const { metrics } = gatherExperience([{ ...episode, ended: false, score: 100 }], settings);
  near(metrics['ppo/score'], -3);
  near(metrics['ppo/ended'], 0);
});

test('before any update the reference is the policy: no KL, and the reward is the score', () => {
  const { metrics } = gatherExperience([{ ...episode, refLogprobs: episode.logprobs }], settings);
  assert.equal(metrics['ppo/kl'], 0);
  near(metrics['ppo/reward'], 1.3);
});

test('values that say the returns explain all variance, constant values none', () => {
  const returns = [Float32Array.of(1, 2), Float32Array.of(4)];
  assert.equal(explainedVariance(returns, returns), 1);
  near(explainedVariance([Float32Array.of(7, 7), Float32Array.of(7)], returns), 0);
});
