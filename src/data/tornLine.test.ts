import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { breaksOff } from './tornLine.ts';

test('every beginning of a record breaks off, and no whole one does', () => {
  const value = fc.record({ text: fc.string({ unit: 'grapheme' }), list: fc.array(fc.string()) });
  const escaped = fc.constantFrom('\\', '\\\\', '"', '\\"', '{', ']');
  fc.assert(
    fc.property(value, fc.array(escaped), (record, signs) => {
      const line = JSON.stringify({ ...record, signs: signs.join('') });
      assert.equal(breaksOff(line), false, line);
      for (let end = 1; end < line.length; end += 1) {
        assert.equal(breaksOff(line.slice(0, end)), true, line.slice(0, end));
      }
    }),
  );
});

test('zero bytes are torn, a line that was typed to its end is not', () => {
  assert.equal(breaksOff('{"id":"a"}\0\0'), true);
  for (const line of ['{"id":"b",}', 'hello', '}', '']) assert.equal(breaksOff(line), false, line);
});
