import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rowWindow, scrollTo } from './rowWindow.ts';

test('at the top and at the bottom of a small table', () => {
  assert.deepEqual(rowWindow(5, 20, 400, 0), { heightPx: 100, first: 0, count: 5, topPx: 0 });
  const bottom = rowWindow(1000, 20, 400, 19_600);
  assert.equal(bottom.first + bottom.count, 1000);
});

test('few rows are drawn, and together they cover what is in sight, for a million rows too', () => {
  const table = fc.record({
    total: fc.integer({ min: 1, max: 2_000_000 }),
    row: fc.integer({ min: 18, max: 60 }),
    view: fc.integer({ min: 60, max: 2000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(table, ({ total, row, view, share }) => {
      const room = Math.max(0, rowWindow(total, row, view, 0).heightPx - view);
      const scroll = Math.floor(share * room);
      const { first, count, topPx } = rowWindow(total, row, view, scroll);
      assert.ok(count <= view / row + 18);
      assert.ok(topPx <= scroll + 1e-6, 'the drawn rows begin above the edge');
      const reaches = topPx + count * row;
      assert.ok(reaches >= scroll + Math.min(view, total * row) - 1e-6 || first + count === total);
    }),
  );
});

test('any row can be brought into sight', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (total, share) => {
        const row = Math.min(total - 1, Math.floor(share * total));
        const scroll = scrollTo(row, total, 28, 600, 0);
        const { first, count } = rowWindow(total, 28, 600, scroll);
        assert.ok(row >= first && row < first + count, `${row} of ${total}: ${first}+${count}`);
      },
    ),
  );
});
