import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  explainedVariance,
  gatherExperience,
  type Episode,
  type ExperienceSettings,
} from './experience.ts';

const settings: ExperienceSettings = {
  gamma: 1,
  lam: 1,
  whitenRewards: false,
  whitenAdvantages: 'off',
  missingEos: 'replace',
  missingEosScore: -3,
  missingEosPenalty: 1,
};
const klCoef = 0.02;
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
  const { metrics, returns } = gatherExperience([episode], settings, klCoef);
  near(metrics['ppo/score'], 1.3);
  near(metrics['ppo/reward'], 1.286);
  near(metrics['ppo/kl'], 0.7);
  near(metrics['ppo/entropy'], 1.3);
  near(returns[0].at(0), 1.286);
});

test('a completion without an end gets exactly the fixed score', () => {
  const { metrics } = gatherExperience(
    [{ ...episode, ended: false, score: 100 }],
    settings,
    klCoef,
  );
  near(metrics['ppo/score'], -3);
  near(metrics['ppo/ended'], 0);
});

test('or what it got, less the penalty', () => {
  const subtract: ExperienceSettings = { ...settings, missingEos: 'subtract' };
  const cut = { ...episode, ended: false };
  near(gatherExperience([cut], subtract, klCoef).metrics['ppo/score'], 0.3);
  near(gatherExperience([episode], subtract, klCoef).metrics['ppo/score'], 1.3);
});

test('advantages whitened over the batch have mean 0, and leave the returns as they were', () => {
  const other = { ...episode, score: -2 };
  const raw = gatherExperience([episode, other], settings, klCoef);
  const whitened = gatherExperience(
    [episode, other],
    { ...settings, whitenAdvantages: 'batch' },
    klCoef,
  );
  assert.deepEqual(whitened.returns, raw.returns);
  near(
    whitened.advantages.flatMap((row) => [...row]).reduce((total, x) => total + x, 0),
    0,
  );
  assert.notDeepEqual(whitened.advantages, raw.advantages);
});

test('before any update the reference is the policy: no KL, and the reward is the score', () => {
  const { metrics } = gatherExperience(
    [{ ...episode, refLogprobs: episode.logprobs }],
    settings,
    klCoef,
  );
  assert.equal(metrics['ppo/kl'], 0);
  near(metrics['ppo/reward'], 1.3);
});

test('values that say the returns explain all variance, constant values none', () => {
  const returns = [Float32Array.of(1, 2), Float32Array.of(4)];
  assert.equal(explainedVariance(returns, returns), 1);
  near(explainedVariance([Float32Array.of(7, 7), Float32Array.of(7)], returns), 0);
});
