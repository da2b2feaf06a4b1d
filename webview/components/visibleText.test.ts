import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibleText } from './visibleText.ts';

test('escapes and direction overrides become visible, ordinary text stays', () => {
  assert.equal(visibleText('a\u001b[31mred'), 'a␛[31mred');
  assert.equal(visibleText('safe\u202Eevil'), 'safe[U+202E]evil');
  assert.equal(visibleText('tab\t, line\r\nبحر 🦦 <b>'), 'tab\t, line\nبحر 🦦 <b>');
});
