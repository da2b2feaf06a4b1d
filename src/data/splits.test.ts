import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splits } from '../protocol/records.ts';
import { assignSplits, splitOfUser } from './splits.ts';

test('the split of a user is the same on every machine and in every version', () => {
  // Positions computed with Python's hashlib: 0.776, 0.848, 0.893, 0.903, 0.991.
  assert.deepEqual(
    ['user-1', 'user-2', 'user-10', 'user-27', 'user-18'].map((user) => splitOfUser(user)),
    ['train', 'valid', 'valid', 'test', 'test'],
  );
});

test('shares are met: of 10,000 users about 80, 10 and 10 %', () => {
  const counts = { train: 0, valid: 0, test: 0 };
  for (let user = 0; user < 10_000; user++) counts[splitOfUser(`user ${String(user)}`)] += 1;
  // Standard deviations are 40, 30 and 30.
  assert.ok(Math.abs(counts.train - 8000) < 160, String(counts.train));
  assert.ok(Math.abs(counts.valid - 1000) < 120, String(counts.valid));
  assert.ok(Math.abs(counts.test - 1000) < 120, String(counts.test));
});

test('no user is in two splits, and nobody moves when others join', () => {
  const someone = fc.record({
    id: fc.uuid(),
    user: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { nil: undefined }),
    split: fc.constant(undefined),
  });
  fc.assert(
    fc.property(fc.array(someone), fc.array(someone), (first, later) => {
      const before = assignSplits(first);
      const after = assignSplits([...first, ...later]);
      for (const [id, split] of before) assert.equal(after.get(id), split);
      const splitOf = new Map<string, string>();
      for (const { id, user } of [...first, ...later]) {
        const split = after.get(id) ?? '';
        assert.ok(splits.some((name) => name === split));
        if (user === undefined) continue;
        assert.equal(splitOf.get(user) ?? split, split);
        splitOf.set(user, split);
      }
    }),
  );
});

test('a user who has a split already keeps it for new prompts; settled ones are left alone', () => {
  const assigned = assignSplits([
    { id: 'new', user: 'u' },
    { id: 'old', user: 'u', split: 'test' },
  ]);
  assert.deepEqual([...assigned], [['new', 'test']]);
});

test('shares that are no partition are refused', () => {
  assert.throws(() => splitOfUser('u', { train: 0.9, valid: 0.2 }), /expected shares/);
});
