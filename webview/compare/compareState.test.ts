import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from './compareState.ts';

test('a blind row keeps its order, and over many rows each model stands first about as often', () => {
  const models = ['a', 'b', 'c'];
  const first = new Map(models.map((model) => [model, 0]));
  for (let row = 0; row < 600; row += 1) {
    const order = columnsOf(models, `row ${row}`, true);
    assert.deepEqual(order, columnsOf([...models].reverse(), `row ${row}`, true));
    assert.deepEqual([...order].sort(), models);
    first.set(order[0], (first.get(order[0]) ?? 0) + 1);
  }
  // 600 rows, a third each: within four standard deviations (11.5) of 200.
  for (const count of first.values()) assert.ok(Math.abs(count - 200) < 46, String(count));
});

test('columns that are not blind stand as they were chosen', () => {
  assert.deepEqual(columnsOf(['b', 'a'], 'row', false), ['b', 'a']);
});
