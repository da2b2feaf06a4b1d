import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demonstrationPrefixes } from './prefixContest.ts';

const short = Array.from({ length: 6 }, (_, i) => ({
  prompt: `What is ${i}?`,
  completion: `It is ${i}.`,
}));
const long = { prompt: 'Tell a story.', completion: 'Once upon a time. '.repeat(40) };

test('prefixes are three different short demonstrations each, and the same for a seed', () => {
  const made = demonstrationPrefixes([long, ...short], 1);
  assert.ok(made.length > 1);
  for (const { prefix } of made) {
    const shots = [...prefix.matchAll(/Question: What is (\d)\?\nAnswer: It is \1\.\n\n/g)];
    assert.equal(new Set(shots.map(([, digit]) => digit)).size, 3, prefix);
    assert.ok(!prefix.includes('Once upon'), prefix);
  }
  assert.deepEqual(demonstrationPrefixes([long, ...short], 1), made);
  assert.notDeepEqual(demonstrationPrefixes([long, ...short], 2), made);
});

test('long demonstrations are taken where there are no three short ones, and two make no prefix', () => {
  const [{ prefix }] = demonstrationPrefixes([long, short[0], short[1]], 0);
  assert.ok(prefix.includes('Once upon'));
  assert.deepEqual(demonstrationPrefixes(short.slice(0, 2), 0), []);
});
