import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { drawToken, keptTokens, mostProbable } from './sampling.ts';

function softmax(logits: readonly number[]): Float32Array {
  const powers = logits.map((logit) => Math.exp(logit));
  const sum = powers.reduce((total, power) => total + power, 0);
  return Float32Array.from(powers, (power) => power / sum);
}

test('truncation keeps the tokens of the published cases', () => {
  // openai/lm-human-preferences, test_core_utils: logits and what top-k and top-p keep of them.
  const logits = [1, 1.01, 1.001, 0, 0, 0, 2];
  const kept = (truncation: { topK?: number; topP?: number }): number[] | undefined =>
    keptTokens(softmax(logits), truncation)
      ?.map((token) => logits[token])
      .sort((a, b) => a - b);
  assert.deepEqual(kept({ topK: 2 }), [1.01, 2]);
  assert.deepEqual(kept({ topP: 0.7 }), [1.001, 1.01, 2]);
  assert.deepEqual(kept({ topP: 0.6 }), [1.01, 2]);
  assert.deepEqual(kept({ topP: 0.5 }), [2]);
  assert.deepEqual(kept({ topP: 0 }), [2]);
  assert.deepEqual(kept({ topK: 3, topP: 0.5 }), [2]);
  assert.equal(kept({}), undefined);
  assert.equal(kept({ topK: 0, topP: 1 }), undefined);
});

test('a draw is one of the kept tokens and never one of probability 0', () => {
  const distribution = fc
    .array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 })
    .filter((weights) => weights.some((weight) => weight > 0))
    .map((weights) => {
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return Float32Array.from(weights, (weight) => weight / sum);
    });
  const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const truncation = fc.record(
    { topK: fc.nat(5), topP: fc.double({ min: 0, max: 1, noNaN: true }) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(distribution, uniform, truncation, (probabilities, point, options) => {
      const token = drawToken(probabilities, point, options);
      assert.ok(probabilities[token] > 0);
      const kept = keptTokens(probabilities, options);
      assert.ok(kept === null || kept.includes(token));
      assert.ok(probabilities[token] <= probabilities[mostProbable(probabilities)]);
    }),
  );
});

test('the unit interval is divided among the tokens in proportion', () => {
  const probabilities = Float32Array.of(0.5, 0, 0.25, 0.25);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 1000; i++) counts[drawToken(probabilities, (i + 0.5) / 1000)]++;
  assert.deepEqual(counts, [500, 0, 250, 250]);
  const kept = [0, 0, 0, 0];
  for (let i = 0; i < 900; i++) kept[drawToken(probabilities, (i + 0.5) / 900, { topK: 2 })]++;
  assert.deepEqual(kept, [600, 0, 300, 0]);
});
