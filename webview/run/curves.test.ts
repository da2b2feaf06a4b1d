import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstAtOrAfter, pickPoints } from './pickPoints.ts';
import { Smoother } from './smooth.ts';

test('a short curve is drawn whole', () => {
  assert.deepEqual(pickPoints([5, 6, 7, 8], 1, 4, 2), [1, 2, 3]);
  assert.deepEqual(pickPoints([], 0, 0, 10), []);
});

test('a spike survives in a curve of 50,000 points', () => {
  const values = new Array<number>(50_000).fill(1);
  values[31_415] = 9;
  values[27_182] = Number.NaN;
  const picked = pickPoints(values, 0, values.length, 300);
  assert.ok(picked.includes(31_415));
  assert.ok(picked.length <= 602);
});

test('picked points ascend, keep both ends, the lowest and the highest', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 1, max: 20 }),
      (values, buckets) => {
        const picked = pickPoints(values, 0, values.length, buckets);
        assert.ok(picked.every((at, order) => order === 0 || at > (picked[order - 1] ?? at)));
        assert.equal(picked.at(0), 0);
        assert.equal(picked.at(-1), values.length - 1);
        const drawn = picked.map((at) => values[at]);
        assert.equal(Math.min(...drawn), Math.min(...values));
        assert.equal(Math.max(...drawn), Math.max(...values));
        assert.ok(picked.length <= 2 * buckets + 2);
      },
    ),
  );
});

test('the first step at or after one is found, also past the end', () => {
  const steps = [1, 5, 5, 9];
  assert.deepEqual(
    [0, 1, 2, 5, 6, 10].map((step) => firstAtOrAfter(steps, step)),
    [0, 0, 1, 1, 3, 4],
  );
});

test('smoothing weighs the past and starts at the first value', () => {
  // By hand, weight 0.5: 4; (4/4 + 8/2) / (3/4) = 20/3; (4/8 + 8/4 + 2/2) / (7/8) = 4.
  const [first, second, third] = new Smoother(0.5).extend([4, 8, 2]);
  assert.equal(first, 4);
  assert.ok(Math.abs(second - 20 / 3) < 1e-12);
  assert.ok(Math.abs(third - 4) < 1e-12);
});

test('a constant stays constant and a missing value stays missing', () => {
  const smoothed = new Smoother(0.9).extend([3, Number.NaN, 3, 3]);
  assert.ok(Number.isNaN(smoothed[1]));
  for (const at of [0, 2, 3]) assert.ok(Math.abs((smoothed[at] ?? 0) - 3) < 1e-12);
});

test('going on gives what starting anew gives, also after a resumed run dropped its end', () => {
  const smoother = new Smoother(0.7);
  const whole = [1, 4, 2, 8, 5, 7];
  smoother.extend([1, 4, 2]);
  assert.deepEqual([...smoother.extend(whole)], [...new Smoother(0.7).extend(whole)]);
  const resumed = [1, 4, 3, 9];
  assert.deepEqual([...smoother.extend(resumed)], [...new Smoother(0.7).extend(resumed)]);
});
