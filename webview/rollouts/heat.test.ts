import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heatOf } from './heat.ts';

test('the largest magnitude is the hottest, on its own side', () => {
  assert.deepEqual(heatOf([1, -4, 2]), [0.25, -1, 0.5]);
});

test('equal zeros and missing values stay cold', () => {
  assert.deepEqual(heatOf([0, 0]), [0, 0]);
  assert.deepEqual(heatOf([Number.NaN, 2]), [0, 1]);
});
