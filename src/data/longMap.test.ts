import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LongMap } from './longMap.ts';

test('it holds what a Map holds, over any number of parts', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const step = fc.record({ key, isDelete: fc.boolean(), value: fc.record({ n: fc.nat() }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const long = new LongMap<{ n: number }>(3);
      const plain = new Map<string, { n: number }>();
      for (const { key, isDelete, value } of steps) {
        if (isDelete) assert.equal(long.delete(key), plain.delete(key));
        else {
          long.set(key, value);
          plain.set(key, value);
        }
        assert.equal(long.get(key), plain.get(key));
        assert.equal(long.has(key), plain.has(key));
        assert.equal(long.size, plain.size);
      }
      assert.deepEqual(new Map(long), plain);
      assert.deepEqual(new Set(long.keys()), new Set(plain.keys()));
      assert.deepEqual(new Set(long.values()), new Set(plain.values()));
    }),
  );
});

test('keys come in the order in which they were set, and keep their place', () => {
  const map = new LongMap<{ n: number }>(2);
  for (const key of ['d', 'a', 'c', 'b', 'e']) map.set(key, { n: 1 });
  map.set('a', { n: 2 });
  assert.deepEqual([...map.keys()], ['d', 'a', 'c', 'b', 'e']);
  assert.deepEqual(map.get('a'), { n: 2 });
});
