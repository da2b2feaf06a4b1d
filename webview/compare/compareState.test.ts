import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf, ownInWords, samplingOf } from './compareState.ts';

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

test('a column’s own settings come before those of all columns, and those before the host’s', () => {
  const host = { temperature: 0.7, maxTokens: 40, seed: 1 };
  const shared = { temperature: 1, topP: 1, seed: 5 };
  const column = { key: 'k', model: 'models/base', format: 'text' as const };
  assert.deepEqual(samplingOf(host, shared, column), { temperature: 1, maxTokens: 40, seed: 5 });
  const own = { ...column, format: 'chatml' as const, own: { temperature: 0, topP: 0.9 } };
  assert.deepEqual(samplingOf(host, shared, own), {
    temperature: 0,
    maxTokens: 40,
    seed: 5,
    topP: 0.9,
    format: 'chatml',
  });
  assert.equal(ownInWords(column), '');
  assert.equal(ownInWords(own), 'T 0 · top p 0.9 · ChatML');
});
