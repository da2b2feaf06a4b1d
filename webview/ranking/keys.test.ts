import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagNames } from '../../src/protocol/records.ts';
import { flagQuestions } from '../../src/protocol/words.ts';
import { commandFor, legend, type Stroke } from './keys.ts';

function stroke(key: string, more: Partial<Stroke> = {}): Stroke {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  return { key, code: '', ...none, ...more };
}

test('digits rank, and go on to the next', () => {
  assert.deepEqual(commandFor(stroke('3', { code: 'Digit3' }), 'rank'), {
    type: 'rank',
    rank: 3,
    advance: true,
  });
  assert.deepEqual(commandFor(stroke('0', { code: 'Digit0' }), 'rank'), {
    type: 'rank',
    rank: null,
  });
});

test('a French keyboard, whose digits need Shift, ranks by the same keys without it', () => {
  assert.deepEqual(commandFor(stroke('"', { code: 'Digit3' }), 'rank'), {
    type: 'rank',
    rank: 3,
    advance: true,
  });
});

test('what a digit means follows the stage', () => {
  const two = stroke('2', { code: 'Digit2' });
  assert.deepEqual(commandFor(two, 'rate'), { type: 'rate', rating: 2 });
  assert.deepEqual(commandFor(two, 'pair'), { type: 'strength', strength: 2 });
  assert.deepEqual(commandFor(stroke('0', { code: 'Digit0' }), 'rate'), {
    type: 'rate',
    rating: null,
  });
});

test('each of the eleven questions has a letter of its own while rating, and none hides a command', () => {
  const commands = flagNames.map((flag) => {
    const key = flagQuestions[flag].key;
    return [commandFor(stroke(key), 'rate'), { type: 'flag', flag }];
  });
  for (const [got, wanted] of commands) assert.deepEqual(got, wanted);
  for (const key of ['s', 'u', 'n', 'w', 'r', 'l', 'j', 'k', '?']) {
    const command = commandFor(stroke(key), 'rate');
    assert.ok(command !== undefined && command.type !== 'flag', key);
  }
});

test('a pair is decided by arrows, T and B', () => {
  const chosen = ['ArrowLeft', 'ArrowRight', 't', 'b'].map((key) =>
    commandFor(stroke(key), 'pair'),
  );
  assert.deepEqual(
    chosen,
    ['left', 'right', 'tie', 'bothBad'].map((choice) => ({ type: 'prefer', choice })),
  );
});

test('a question mark that is typed with Shift on a digit row is a question mark', () => {
  const germanQuestion = stroke('?', { code: 'Digit0', shiftKey: true });
  assert.deepEqual(commandFor(germanQuestion, 'rank'), { type: 'legend' });
});

test('A to I select, and no letter has two meanings', () => {
  assert.deepEqual(commandFor(stroke('a'), 'rank'), { type: 'select', index: 0 });
  assert.deepEqual(commandFor(stroke('I', { shiftKey: true }), 'rank'), {
    type: 'select',
    index: 8,
  });
  assert.deepEqual(commandFor(stroke('j'), 'rank'), { type: 'move', by: 1 });
  assert.deepEqual(commandFor(stroke('t'), 'rank'), { type: 'tie' });
});

test('Ctrl or Cmd with Z and Y undo and redo; other shortcuts stay the editor’s', () => {
  assert.deepEqual(commandFor(stroke('z', { ctrlKey: true }), 'rank'), { type: 'undo' });
  assert.deepEqual(commandFor(stroke('Z', { metaKey: true, shiftKey: true }), 'rank'), {
    type: 'redo',
  });
  assert.deepEqual(commandFor(stroke('y', { ctrlKey: true }), 'rank'), { type: 'redo' });
  assert.equal(commandFor(stroke('s', { ctrlKey: true }), 'rank'), undefined);
  assert.equal(commandFor(stroke('1', { code: 'Digit1', altKey: true }), 'rank'), undefined);
});

test('keys that mean nothing here are left alone', () => {
  for (const key of ['x', 'Tab', 'F5', 'constructor']) {
    assert.equal(commandFor(stroke(key), 'rank'), undefined);
  }
});

test('the legend names the keys of the task at hand', () => {
  const keys = legend(4, 'rank', false).map((row) => row.keys.join(''));
  assert.ok(keys.includes('1…4'));
  assert.ok(keys.includes('A…D'));
  assert.ok(legend(4, 'rate', true).some((row) => row.keys.join('') === '1…7'));
  assert.ok(!legend(2, 'pair', false).some((row) => row.keys.join('') === 'A…B'));
});
