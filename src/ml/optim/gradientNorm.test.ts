import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipScale, globalNorm } from './gradientNorm.ts';

test('the global norm is the length of all gradients as one vector', () => {
  assert.equal(globalNorm(Float32Array.of(3, -4)), 5);
  assert.equal(globalNorm(Float32Array.of(2, -3, 6)), 7);
  assert.equal(globalNorm(Float32Array.of(-2)), 2);
  assert.equal(globalNorm(new Float32Array(0)), 0);
});

test('a NaN among the gradients shows in the norm', () => {
  assert.ok(Number.isNaN(globalNorm(Float32Array.of(1, Number.NaN, 2))));
});

test('gradients longer than the limit are brought down to it, shorter ones left alone', () => {
  assert.equal(clipScale(5, 1), 0.2);
  assert.equal(clipScale(1, 1), 1);
  assert.equal(clipScale(0, 1), 1);
  assert.throws(() => clipScale(1, 0), /maxNorm > 0/);
});
