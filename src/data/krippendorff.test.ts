import assert from 'node:assert/strict';
import { test } from 'node:test';
import { krippendorffAlpha } from './krippendorff.ts';

/** K. Krippendorff (2011), section E: twelve units, four observers, missing values left out. */
const published: readonly (readonly number[])[] = [
  [1, 1, 1],
  [2, 2, 3, 2],
  [3, 3, 3, 3],
  [3, 3, 3, 3],
  [2, 2, 2, 2],
  [1, 2, 3, 4],
  [4, 4, 4, 4],
  [1, 1, 2, 1],
  [2, 2, 2, 2],
  [5, 5, 5],
  [1, 1],
  [3],
];

test('the published example gives the published alphas', () => {
  assert.equal(krippendorffAlpha(published, 'nominal')?.toFixed(3), '0.743');
  assert.equal(krippendorffAlpha(published, 'ordinal')?.toFixed(3), '0.815');
  assert.equal(krippendorffAlpha(published, 'interval')?.toFixed(3), '0.849');
});

test('alpha is 1 for agreement, and there is none without variation or without two values', () => {
  assert.equal(
    krippendorffAlpha(
      [
        [1, 1],
        [2, 2],
      ],
      'nominal',
    ),
    1,
  );
  assert.equal(krippendorffAlpha([[1, 1], [1]], 'nominal'), null);
  assert.equal(krippendorffAlpha([[1], [2]], 'interval'), null);
  assert.equal(krippendorffAlpha([], 'ordinal'), null);
});
