import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { estimateAdvantages } from './gae.ts';

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `[${i}]: ${actual[i]} is not ${value}`);
  });
}

test("torchtune's worked example: returns of a sparse reward", () => {
  const { returns } = estimateAdvantages([0, 0, 0, 1], [0, 0, 0, 1], 0.9, 0.95);
  close(returns, [0.6579225, 0.7695, 0.9, 1], 1e-6);
});

test('a hand-worked episode at three values of lambda', () => {
  const rewards = [-0.002, 0.004, 1.494];
  const values = [0.2, 0.5, 0.9];
  const usual = estimateAdvantages(rewards, values, 1, 0.95);
  close(usual.advantages, [1.217885, 0.9683, 0.594], 1e-6);
  close(usual.returns, [1.417885, 1.4683, 1.494], 1e-6);
  close(estimateAdvantages(rewards, values, 1, 1).returns, [1.496, 1.498, 1.494], 1e-6);
  close(estimateAdvantages(rewards, values, 1, 0).advantages, [0.298, 0.404, 0.594], 1e-6);
});

test('what lies after the end of an episode cannot leak back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 2, maxLength: 12 }),
      (rewards) => {
        const values = rewards.map((_, t) => Math.sin(t));
        const whole = estimateAdvantages(rewards, values, 1, 0.95).advantages;
        const last = estimateAdvantages(rewards.slice(-1), values.slice(-1), 1, 0.95).advantages;
        assert.equal(whole.at(-1), last.at(0));
      },
    ),
  );
});

test('with gamma and lambda 1 the return is the reward still to come, whatever the values', () => {
  const number = fc.float({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 12 }), (episode) => {
      const rewards = episode.map(([reward]) => reward);
      const toGo = rewards.map((_, t) => rewards.slice(t).reduce((sum, r) => sum + r, 0));
      const values = episode.map(([, value]) => value);
      close(estimateAdvantages(rewards, values, 1, 1).returns, toGo, 1e-4);
    }),
  );
});

test('rewards and values of different length are a programming error', () => {
  assert.throws(() => estimateAdvantages([1], [1, 2], 1, 1), /expected as many values as rewards/);
});
