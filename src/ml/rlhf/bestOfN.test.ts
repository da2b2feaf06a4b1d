import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestOfN, bestOfNKl } from './bestOfN.ts';

test('its KL is that of Gao et al.: about 6 nats at 1,000 and 10 at 60,000', () => {
  const published = [
    [1, 0],
    [2, 0.193147],
    [4, 0.636294],
    [8, 1.204442],
    [16, 1.835089],
    [64, 3.174508],
    [1000, 5.908755],
    [60_000, 10.002117],
  ];
  for (const [n, kl] of published) assert.ok(Math.abs(bestOfNKl(n) - kl) < 1e-6, String(n));
});

test('the unbiased estimate is the mean over all choices of n completions', () => {
  const gold = [0.1, 0.4, 0.2, 0.9];
  const proxy = [1, 2, 3, 4];
  const published = [0.4, 0.583333, 0.725, 0.9];
  for (const [i, value] of published.entries()) {
    assert.ok(Math.abs(bestOfN(proxy, gold, i + 1) - value) < 1e-6, String(i + 1));
  }
});

test('the order of the completions does not matter, and n must fit', () => {
  assert.equal(bestOfN([3, 1, 2], [30, 10, 20], 2), bestOfN([1, 2, 3], [10, 20, 30], 2));
  assert.throws(() => bestOfN([1, 2], [1, 2], 3), /expected 2 values and 1 <= n <= 2/);
  assert.throws(() => bestOfNKl(0), /expected a whole number from 1/);
});
