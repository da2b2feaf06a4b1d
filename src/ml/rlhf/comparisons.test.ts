import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packComparisons, pairsOf } from './comparisons.ts';

test('K completions without ties make C(K, 2) pairs: 6, 10, 15, 21, 28, 36', () => {
  const counts = [4, 5, 6, 7, 8, 9].map(
    (k) => pairsOf(Array.from({ length: k }, (_, i) => [i])).length,
  );
  assert.deepEqual(counts, [6, 10, 15, 21, 28, 36]);
});

test('a tie in the middle leaves five pairs of four completions, all ties leave none', () => {
  assert.deepEqual(pairsOf([[0], [1, 2], [3]]), [
    [0, 1],
    [0, 2],
    [0, 3],
    [1, 3],
    [2, 3],
  ]);
  assert.deepEqual(pairsOf([[0, 1, 2]]), []);
});

test('no pair comes in both directions', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { minLength: 2, maxLength: 9 }), (ranks) => {
      const groups = [0, 1, 2, 3].map((rank) => ranks.flatMap((r, i) => (r === rank ? [i] : [])));
      const pairs = pairsOf(groups);
      const keys = new Set(pairs.map(([a, b]) => `${a} ${b}`));
      for (const [a, b] of pairs) assert.ok(!keys.has(`${b} ${a}`));
    }),
  );
});

test('a prompt with nine completions weighs as much as one with four', () => {
  const ranking = (k: number) => ({
    sequences: Array.from({ length: k }),
    pairs: pairsOf(Array.from({ length: k }, (_, i) => [i])),
  });
  const { chosen, rejected, weights } = packComparisons([ranking(4), ranking(9)], 'remaining');
  const sum = (from: number, to: number) =>
    weights.subarray(from, to).reduce((total, weight) => total + weight, 0);
  assert.ok(Math.abs(sum(0, 6) - 0.5) < 1e-6);
  assert.ok(Math.abs(sum(6, 42) - 0.5) < 1e-6);
  assert.equal(sum(42, weights.length), 0);
  assert.deepEqual([chosen[6], rejected[6]], [4, 5]);
});

test('a tie leaves a prompt its whole weight, or by the letter of Equation 1 only its pairs’ share', () => {
  // Ranks 1, 2, 2, 3: five of the six pairs remain.
  const tied = { sequences: [1, 2, 3, 4], pairs: pairsOf([[0], [1, 2], [3]]) };
  const total = (divisor: 'remaining' | 'all'): number =>
    packComparisons([tied], divisor).weights.reduce((sum, weight) => sum + weight, 0);
  assert.ok(Math.abs(total('remaining') - 1) < 1e-6);
  assert.ok(Math.abs(total('all') - 5 / 6) < 1e-6);
});
