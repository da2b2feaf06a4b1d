import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correlation, standardDeviation, standardError } from './statistics.ts';

test('deviation, standard error and correlation of short lists, by hand', () => {
  assert.equal(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9]), 2);
  // Sample deviation √(32/7) over √8.
  assert.ok(Math.abs(standardError([2, 4, 4, 4, 5, 5, 7, 9]) - 0.7559289) < 1e-6);
  assert.equal(standardError([5]), 0);
  assert.ok(Math.abs((correlation([1, 2, 3, 4], [2, 4, 6, 8]) ?? 0) - 1) < 1e-12);
  assert.ok(Math.abs((correlation([1, 2, 3], [3, 2, 1]) ?? 0) + 1) < 1e-12);
  assert.equal(correlation([1, 2, 3], [5, 5, 5]), null);
});
