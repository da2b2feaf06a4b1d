import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { beforeStop, stopsAt } from './stopStrings.ts';

const { tokenizer } = tinyModel();

/** After how many of the text's tokens it is told to stop, or null. */
function stoppedAfter(text: string, strings: readonly string[]): number | null {
  const stops = stopsAt(tokenizer, strings);
  const tokens = tokenizer.encode(text);
  const place = tokens.findIndex((_, i) => stops(tokens.slice(0, i + 1)));
  return place < 0 ? null : place + 1;
}

test('a stop string is seen at the token that completes it, and never before', () => {
  const text = 'The dog runs.\n\nQ: who runs? The dog. Grüße, 漢字!';
  for (const stop of ['\n\n', 'Q:', 'runs?', 'ü', '漢字', '!', 'dog runs', 'Th']) {
    const count = stoppedAfter(text, ['never', stop]);
    assert.ok(count !== null, stop);
    const tokens = tokenizer.encode(text);
    const until = (end: number): string => tokenizer.decode(tokens.slice(0, end));
    assert.ok(until(count).includes(stop), stop);
    assert.ok(!until(count - 1).includes(stop), stop);
  }
  assert.equal(stoppedAfter(text, ['cat', 'dogs']), null);
  assert.equal(stoppedAfter(text, []), null);
  assert.throws(() => stopsAt(tokenizer, ['']), /characters/);
});

test('what stands before the first stop string is the answer', () => {
  assert.equal(beforeStop('one two three', ['three', 'two']), 'one ');
  assert.equal(beforeStop('one', ['two']), 'one');
});
