import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptRecordAt, promptTextAt } from './promptAt.ts';

const lines = (text: string) => {
  const all = text.split('\n');
  return { lineCount: all.length, line: (index: number) => all[index] };
};
const cursor = (line: number) => ({ text: '', startLine: line, endLine: line });

test('a selection is the prompt, and the comparison opens under its last line', () => {
  const selected = { text: '  two\nlines ', startLine: 1, endLine: 2 };
  assert.deepEqual(promptTextAt(lines('a\nb\nc'), selected), { text: 'two\nlines', line: 2 });
});

test('without a selection it is the paragraph around the cursor', () => {
  const text = lines('# Title\n\nWhat do owls eat?\nAnswer in one word.\n\nEnd');
  const expected = { text: 'What do owls eat?\nAnswer in one word.', line: 3 };
  assert.deepEqual(promptTextAt(text, cursor(2)), expected);
  assert.deepEqual(promptTextAt(text, cursor(3)), expected);
  assert.deepEqual(promptTextAt(text, cursor(5)), { text: 'End', line: 5 });
});

test('on a blank line there is no prompt', () => {
  assert.equal(promptTextAt(lines('a\n\nb'), cursor(1)), undefined);
  assert.equal(promptTextAt(lines(''), cursor(0)), undefined);
});

test('in a file of prompts it is the record of the line', () => {
  const text = lines('{"id":"p1","prompt":"Name a bird."}\n\n{"id":');
  assert.deepEqual(promptRecordAt(text, 0, 'p.jsonl'), {
    text: 'Name a bird.',
    promptId: 'p1',
    line: 0,
  });
  assert.equal(promptRecordAt(text, 1, 'p.jsonl'), undefined);
  assert.throws(() => promptRecordAt(text, 2, 'p.jsonl'), /Line 3 is no prompt record/);
});
