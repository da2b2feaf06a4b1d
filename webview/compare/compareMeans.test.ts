import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareMeans, decimals } from './compareMeans.ts';

const done = { cell: 'a', state: 'done', text: 'two words' } as const;

test('means are over finished completions, each number over those that have it', () => {
  const cells = [
    { ...done, score: 1, kl: { nats: 3, tokens: 4 } },
    { ...done, text: ' one\nand two more ', score: null, kl: { nats: -1, tokens: 2 } },
    { ...done, score: 2, kl: { unavailable: 'It is gone.' } },
    { ...done, state: 'writing' as const, score: 100 },
    undefined,
  ];
  // Scores 1 and 2; KL 3 and −1; 2, 4 and 2 words.
  assert.deepEqual(compareMeans(cells), { completions: 3, score: 1.5, kl: 1, words: 8 / 3 });
  assert.deepEqual(compareMeans([undefined]), {
    completions: 0,
    score: undefined,
    kl: undefined,
    words: undefined,
  });
});

test('what is rounded to nothing has no sign', () => {
  assert.equal(decimals(-0.04, 1), '0.0');
  assert.equal(decimals(-0.05001, 1), '-0.1');
  assert.equal(decimals(3.16, 1), '3.2');
});
