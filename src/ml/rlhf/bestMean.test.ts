import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BestMean } from './bestMean.ts';

test('it is at its best when the mean of the window is, not when one value is', () => {
  const best = new BestMean(2);
  assert.deepEqual(
    [1, 3, 9, 1, 4, 9].map((value) => best.add(value)),
    [false, true, true, false, false, true],
  );
});

test('a restored one remembers window and record', () => {
  const saved = new BestMean(2);
  for (const value of [1, 5, 2]) saved.add(value);
  const restored = new BestMean(2);
  restored.restore(JSON.parse(JSON.stringify(saved.snapshot())));
  assert.equal(restored.add(3), false);
  assert.equal(restored.add(5), true);
});
