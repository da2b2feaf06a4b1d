import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lines } from './promptAt.ts';
import { promptAbove } from './promptAbove.ts';

const lines = (text: string): Lines => {
  const all = text.split('\n');
  return { lineCount: all.length, line: (index) => all[index] };
};
const document = lines('First one.\n\nList two animals\nthat fly.\n\n\nHalf a line');

test('at the end of a paragraph it is the prompt, and the answer begins a new line', () => {
  assert.deepEqual(promptAbove(document, { line: 3, character: 9 }), {
    text: 'List two animals\nthat fly.',
    newLine: true,
  });
});

test('on the empty line below a paragraph the answer begins right there', () => {
  assert.deepEqual(promptAbove(document, { line: 4, character: 0 }), {
    text: 'List two animals\nthat fly.',
    newLine: false,
  });
});

test('a second empty line, text behind the cursor and the top of the file have no prompt', () => {
  assert.equal(promptAbove(document, { line: 5, character: 0 }), undefined);
  assert.equal(promptAbove(document, { line: 6, character: 4 }), undefined);
  assert.equal(promptAbove(lines(''), { line: 0, character: 0 }), undefined);
});
