import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reviseLine, tombstone } from './reviseLine.ts';

test('a revision keeps unknown fields, the order of keys, numbers as written and spacing', () => {
  const line =
    '{"zeta": 1.50, "id":"a",  "big":12345678901234567890,"prompt":"x","my":{"b":1,"a":2}}';
  assert.equal(
    reviseLine(line, { prompt: 'y', split: 'train' }),
    '{"zeta": 1.50, "id":"a",  "big":12345678901234567890,"prompt":"y","my":{"b":1,"a":2},"split":"train"}',
  );
});

test('a field set to undefined is removed', () => {
  assert.equal(
    reviseLine('{"id":"a","split":"train","x":1}', { split: undefined }),
    '{"id":"a","x":1}',
  );
});

test('a tombstone is the old line, marked', () => {
  assert.equal(tombstone('{"id":"a","x":1}'), '{"id":"a","x":1,"deleted":true}');
});

test('what is no JSON object cannot be revised', () => {
  assert.throws(() => reviseLine('[1]', { a: 1 }));
});

test('a revised line is one line that parses to the object with the changes', () => {
  const object = fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(object, object, (old, changes) => {
      const revised = reviseLine(JSON.stringify(old), changes);
      assert.doesNotMatch(revised, /[\r\n]/);
      assert.deepEqual(JSON.parse(revised), JSON.parse(JSON.stringify({ ...old, ...changes })));
    }),
  );
});
