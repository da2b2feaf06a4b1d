import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalisation } from './normalisation.ts';

const rewards = [1, 3]; // mean 2, deviation 1
const applied = (kind: string, of: readonly number[]): number[] => {
  const { gain, bias } = normalisation(kind, of);
  return of.map((reward) => gain * reward + bias);
};

test('demonstrations get the mean 0, and where asked the deviation 1', () => {
  assert.deepEqual(applied('mean', rewards), [-1, 1]);
  assert.deepEqual(applied('mean', [2, 6]), [-2, 2]);
  assert.deepEqual(applied('mean-and-deviation', [2, 6]), [-1, 1]);
  assert.deepEqual(applied('none', [2, 6]), [2, 6]);
});

test('what cannot be set is left: no demonstrations, or equal ones', () => {
  assert.deepEqual(normalisation('mean', []), { gain: 1, bias: 0 });
  assert.deepEqual(applied('mean-and-deviation', [3, 3]), [0, 0]);
});
