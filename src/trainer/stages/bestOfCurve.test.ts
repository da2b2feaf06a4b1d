import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestOfCurve, bestOfSizes } from './bestOfCurve.ts';
import { winnerOf } from './prefixContest.ts';

test('sizes double up to N, and N itself is always the last', () => {
  assert.deepEqual(bestOfSizes(1), [1]);
  assert.deepEqual(bestOfSizes(8), [1, 2, 4, 8]);
  assert.deepEqual(bestOfSizes(12), [1, 2, 4, 8, 12]);
});

test('a hacked reward model’s curve: the score rises with n while the gold score turns over', () => {
  // The middle one is the best in truth; the one that the reward model likes best is bad.
  const completions = [
    { score: 0, gold: 1 },
    { score: 1, gold: 3 },
    { score: 2, gold: 2 },
    { score: 3, gold: -4 },
  ];
  const curve = bestOfCurve([completions, completions], 4);
  // Of two drawn of four the best is the second with 1/6, the third with 2/6, the last with 3/6.
  const [one, two, four] = curve;
  assert.deepEqual([one.kl, one.score, one.gold], [0, 1.5, 0.5]);
  assert.ok(Math.abs(two.score - (1 + 4 + 9) / 6) < 1e-12);
  assert.ok(Math.abs(two.gold - (3 + 4 - 12) / 6) < 1e-12);
  assert.deepEqual([four.score, four.gold], [3, -4]);
});

test('the prefix with the highest score wins, and the first one without a contest', () => {
  assert.equal(winnerOf([0.1, 0.7, 0.7]), 1);
  assert.equal(winnerOf([]), 0);
});
