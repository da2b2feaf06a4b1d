import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packRows } from './packRows.ts';

test('every sequence lies within a row and no two overlap', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 128 }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(lengths, (tokens) => {
      const { rows, length, spans } = packRows(tokens, 128);
      const cells = new Set<number>();
      for (const [i, { row, start }] of spans.entries()) {
        assert.ok(row < rows && start + tokens[i] <= length);
        for (let t = 0; t < tokens[i]; t++) cells.add(row * length + start + t);
      }
      assert.equal(
        cells.size,
        tokens.reduce((sum, count) => sum + count, 0),
      );
    }),
  );
});

test('sequences that fill rows exactly leave nothing empty', () => {
  const { rows, length } = packRows([40, 24, 30, 34, 64], 128);
  assert.deepEqual([rows, length], [3, 64]);
});

test('the number of rows comes in few sizes, at most an eighth more than needed', () => {
  const sizes = new Set<number>();
  for (let count = 1; count <= 200; count++) {
    const { rows } = packRows(new Array<number>(count).fill(64), 64);
    assert.ok(rows >= count && rows <= Math.ceil(count * 1.125));
    sizes.add(rows);
  }
  assert.ok(sizes.size <= 48, `got ${sizes.size} sizes`);
});
