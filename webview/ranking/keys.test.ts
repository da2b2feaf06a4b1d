import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandFor, legend, type Stroke } from './keys.ts';

function stroke(key: string, more: Partial<Stroke> = {}): Stroke {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  return { key, code: '', ...none, ...more };
}

test('digits rank, and go on to the next', () => {
  assert.deepEqual(commandFor(stroke('3', { code: 'Digit3' })), {
    type: 'rank',
    rank: 3,
    advance: true,
  });
  assert.deepEqual(commandFor(stroke('0', { code: 'Digit0' })), { type: 'rank', rank: null });
});

test('a French keyboard, whose digits need Shift, ranks by the same keys without it', () => {
  assert.deepEqual(commandFor(stroke('"', { code: 'Digit3' })), {
    type: 'rank',
    rank: 3,
    advance: true,
  });
});

test('Shift and a digit rate from 1 to 7', () => {
  const shifted = (digit: number) =>
    commandFor(stroke('!', { code: `Digit${digit}`, shiftKey: true }));
  assert.deepEqual(shifted(7), { type: 'rate', rating: 7 });
  assert.equal(shifted(8), undefined);
});

test('A to I select, and no letter has two meanings', () => {
  assert.deepEqual(commandFor(stroke('a')), { type: 'select', index: 0 });
  assert.deepEqual(commandFor(stroke('I', { shiftKey: true })), { type: 'select', index: 8 });
  assert.deepEqual(commandFor(stroke('j')), { type: 'move', by: 1 });
  assert.deepEqual(commandFor(stroke('t')), { type: 'tie' });
});

test('Ctrl or Cmd with Z and Y undo and redo; other shortcuts stay the editor’s', () => {
  assert.deepEqual(commandFor(stroke('z', { ctrlKey: true })), { type: 'undo' });
  assert.deepEqual(commandFor(stroke('Z', { metaKey: true, shiftKey: true })), { type: 'redo' });
  assert.deepEqual(commandFor(stroke('y', { ctrlKey: true })), { type: 'redo' });
  assert.equal(commandFor(stroke('s', { ctrlKey: true })), undefined);
  assert.equal(commandFor(stroke('1', { code: 'Digit1', altKey: true })), undefined);
});

test('keys that mean nothing here are left alone', () => {
  for (const key of ['x', 'Tab', 'Escape', 'F5', 'constructor']) {
    assert.equal(commandFor(stroke(key)), undefined);
  }
});

test('the legend names the keys of the task at hand', () => {
  const keys = legend(4, false).map((row) => row.keys.join(''));
  assert.ok(keys.includes('1…4'));
  assert.ok(keys.includes('A…D'));
  assert.ok(!keys.includes('Shift1…7'));
});
