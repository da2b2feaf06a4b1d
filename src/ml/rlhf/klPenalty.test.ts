import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { estimateKl, penalisedRewards } from './klPenalty.ts';

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `[${i}]: ${actual[i]} is not ${value}`);
  });
}

test('the score lands on the last token, the penalty on every one', () => {
  const rewards = penalisedRewards([-1.2, -0.7, -2.0], [-1.0, -1.1, -2.5], 1.3, 0.02);
  close(rewards, [0.004, -0.008, 1.29]);
  assert.ok(Math.abs(rewards.reduce((sum, reward) => sum + reward, 0) - 1.286) < 1e-6);
});

test("torchtune's worked example: three episodes", () => {
  close(penalisedRewards([0.1, 0.2, 0.3], [0.2, 0.3, 0.4], 1, 0.5), [0.05, 0.05, 1.05]);
  close(penalisedRewards([0.4, 0.5, 0.6], [0.6, 0.7, 0.8], 2, 0.5), [0.1, 0.1, 2.1]);
  close(penalisedRewards([0.6, 0.7, 0.8], [0.9, 1.0, 1.1], 3, 0.5), [0.15, 0.15, 3.15]);
});

test('equal policies cost nothing', () => {
  close(penalisedRewards([-1, -2], [-1, -2], 0.5, 7), [0, 0.5]);
});

test("Schulman's estimators on one hand-worked case", () => {
  const { k1, k3 } = estimateKl([0.1, -0.2, 0.3], [0, 0, 0]);
  assert.ok(Math.abs(k1 * 3 - 0.2) < 1e-9);
  const sumOfK3 = 0.004837418 + 0.0214027582 + 0.0408182207; // e^-d - 1 + d for d = .1, -.2, .3
  assert.ok(Math.abs(k3 * 3 - sumOfK3) < 1e-8);
});

test('the third estimator is never negative', () => {
  const logprob = fc.float({ min: -20, max: 0, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(logprob, logprob)), (pairs) => {
      const { k3 } = estimateKl(
        pairs.map(([a]) => a),
        pairs.map(([, b]) => b),
      );
      assert.ok(k3 >= 0);
    }),
  );
});
