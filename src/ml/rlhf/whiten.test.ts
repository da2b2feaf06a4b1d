import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { whiten } from './whiten.ts';

const rows = [
  [1.2, 1.3, 1.4],
  [1.5, 1.6, 1.7],
  [1.8, 1.9, 2.0],
].map((row) => Float32Array.from(row));

test("the published 3 by 3 case keeps its mean and uses the population's variance", () => {
  const expected = [0.0508, 0.4381, 0.8254, 1.2127, 1.6, 1.9873, 2.3746, 2.7619, 3.1492];
  const actual = whiten(rows, 'kept').flatMap((row) => [...row]);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) < 1e-4, `[${i}]: ${actual[i]} is not ${value}`);
  });
});

test('the advantages of a hand-worked episode', () => {
  const actual = whiten([Float32Array.of(1.217885, 0.9683, 0.594)], 'zero').flatMap((r) => [...r]);
  [1.135598, 0.162142, -1.297739].forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) < 1e-5);
  });
});

test('whitening leaves mean 0 and ignores a shift and a positive scale', () => {
  const entry = fc.float({ min: -4, max: 4, noNaN: true });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 4, maxLength: 40 }), (values) => {
      fc.pre(Math.max(...values) - Math.min(...values) > 0.5);
      const white = whiten([Float32Array.from(values)], 'zero')[0];
      const moved = whiten([Float32Array.from(values, (x) => 3 * x + 5)], 'zero')[0];
      assert.ok(Math.abs(white.reduce((sum, x) => sum + x, 0)) < 1e-3);
      white.forEach((x, i) => {
        assert.ok(Math.abs(x - moved[i]) < 1e-3);
      });
    }),
  );
});

test('nothing at all stays nothing at all', () => {
  assert.deepEqual(whiten([], 'zero'), []);
});
