import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findOverlap } from './overlap.ts';
import type { NamedArray } from './overlap.ts';

test('two arrays overlap exactly if one is written and they share an element', () => {
  const window = fc.record({
    start: fc.integer({ min: 0, max: 12 }),
    length: fc.integer({ min: 1, max: 5 }),
    written: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(window, { maxLength: 6 }), (windows) => {
      const memory = new Float32Array(20);
      const arrays = windows.map(({ start, length, written }, i): NamedArray => ({
        name: `a${i}`,
        data: memory.subarray(start, start + length),
        written,
      }));
      const expected = windows.some((a, i) =>
        windows.some(
          (b, j) =>
            i < j &&
            (a.written || b.written) &&
            a.start < b.start + b.length &&
            b.start < a.start + a.length,
        ),
      );
      assert.equal(findOverlap(arrays) !== null, expected);
    }),
  );
});

test('arrays over different memory never overlap', () => {
  const arrays = ['a', 'b'].map((name) => ({ name, data: new Float32Array(4), written: true }));
  assert.equal(findOverlap(arrays), null);
});
