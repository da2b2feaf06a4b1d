import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelerGroups } from './labelerGroups.ts';

test('every labeler is in one group, and no group is larger than it must be', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 5, maxLength: 12 });
  fc.assert(
    fc.property(counts, (numbers) => {
      const rankings = new Map(numbers.map((count, i) => [`labeler ${i}`, count]));
      const groups = labelerGroups(rankings, 5);
      assert.deepEqual(groups.flat().sort(), [...rankings.keys()].sort());
      const sizes = groups.map((group) =>
        group.reduce((sum, name) => sum + (rankings.get(name) ?? 0), 0),
      );
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= Math.max(...numbers));
    }),
  );
});

test('the same labelers fall into the same groups in whatever order they come', () => {
  const rankings = [
    ['d', 3],
    ['b', 3],
    ['a', 9],
    ['c', 5],
  ] as const;
  const expected = [['a'], ['c', 'b', 'd']];
  assert.deepEqual(labelerGroups(new Map(rankings), 2), expected);
  assert.deepEqual(labelerGroups(new Map([...rankings].reverse()), 2), expected);
  assert.throws(() => labelerGroups(new Map(rankings), 5));
});
