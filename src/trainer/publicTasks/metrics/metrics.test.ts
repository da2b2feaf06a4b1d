import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import * as z from 'zod';
import { answerF1, exactMatch, normalizeAnswer } from './answerF1.ts';
import { corpusBleu, tokenize13a } from './bleu.ts';
import { entropyBits } from './entropyBits.ts';
import { rougeL } from './rougeL.ts';

const near = (actual: number, expected: number, tolerance: number, what?: string): void => {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what ?? ''} ${actual}, not ${expected}`);
};

test('corpus BLEU is NLTK’s on texts whose tokens both see alike', () => {
  const { cases } = z
    .object({
      cases: z.array(
        z.object({
          name: z.string(),
          translations: z.array(z.object({ text: z.string(), references: z.array(z.string()) })),
          bleu: z.number(),
        }),
      ),
    })
    .parse(
      JSON.parse(
        readFileSync(new URL('../../../../test/reference/bleu.json', import.meta.url), 'utf8'),
      ),
    );
  assert.ok(cases.length >= 5);
  for (const { name, translations, bleu } of cases) {
    near(corpusBleu(translations), bleu, 1e-9, name);
  }
});

test('BLEU of nothing in common is 0, and of texts of fewer than four words too', () => {
  assert.equal(corpusBleu([{ text: 'a b c d e', references: ['v w x y z'] }]), 0);
  assert.equal(corpusBleu([{ text: 'a b', references: ['a b'] }]), 0);
});

test('tokens of mteval-v13a part punctuation from words but not from numbers', () => {
  assert.deepEqual(tokenize13a('It cost $1,000.50 (net), &quot;he&quot; said.'), [
    'It',
    'cost',
    '$',
    '1,000.50',
    '(',
    'net',
    ')',
    ',',
    '"',
    'he',
    '"',
    'said',
    '.',
  ]);
  assert.deepEqual(tokenize13a('well-known 3-day trip'), ['well-known', '3', '-', 'day', 'trip']);
});

test('ROUGE-L is that of the worked example of rouge_score’s documentation', () => {
  // Longest common subsequence "the quick brown jumps the": 5 of 8 words, 5 of 9.
  const reference = 'The quick brown fox jumps over the lazy dog';
  near(rougeL('The quick brown dog jumps on the log.', reference), 0.5882352941, 1e-9);
});

test('ROUGE-L sees words, not case, stops or sentences', () => {
  assert.equal(rougeL('The cat sat. On the mat!', 'the cat sat on the mat'), 1);
  assert.equal(rougeL('', 'the cat'), 0);
  assert.equal(rougeL('...', 'the cat'), 0);
  // "police the gunman" of 4 and 4 words (Lin 2004, section 3.1: β 1 gives ¾).
  assert.equal(rougeL('police kill the gunman', 'police killed the gunman'), 0.75);
});

test('answers are compared without case, stops and articles', () => {
  assert.equal(normalizeAnswer('The  "North Sea", an A-list.'), 'north sea alist');
  assert.equal(exactMatch('The North Sea.', ['Baltic', 'north sea']), 1);
  assert.equal(exactMatch('North', ['north sea']), 0);
});

test('F1 counts each common word once, best over the references', () => {
  // "normans" of "normans france": precision ½, recall 1.
  near(answerF1('Normans of France', ['the Normans']), 0.5, 1e-12);
  near(answerF1('the sea sea', ['sea north sea']), 0.8, 1e-12);
  near(answerF1('north', ['south', 'north sea']), 2 / 3, 1e-12);
  assert.equal(answerF1('', ['']), 1);
  assert.equal(answerF1('something', ['']), 0);
  assert.equal(answerF1('the', ['sea']), 0);
});

test('F1 is symmetric, and 1 exactly for the same words', () => {
  const text = fc.array(fc.constantFrom('sea', 'north', 'fish', 'two'), { maxLength: 6 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      const [a, b] = [one.join(' '), other.join(' ')];
      near(answerF1(a, [b]), answerF1(b, [a]), 1e-12);
      const same = [...one].sort().join(' ') === [...other].sort().join(' ');
      assert.equal(answerF1(a, [b]) === 1, same);
    }),
  );
});

test('entropy is one bit between equals, and falls with the difference in nats', () => {
  assert.equal(entropyBits([-40, -40]), 1);
  near(entropyBits([-40, -41]), 0.83994, 5e-6);
  near(entropyBits([-3, -1]), 0.52707, 5e-6);
  assert.equal(entropyBits([-2000, -1]), 0);
  near(entropyBits([-7, -7, -7, -7]), 2, 1e-12);
});

test('entropy of two lies between 0 and 1 and does not depend on their order or level', () => {
  const logprob = fc.double({ min: -500, max: 0, noNaN: true });
  fc.assert(
    fc.property(logprob, logprob, fc.double({ min: -100, max: 0, noNaN: true }), (a, b, c) => {
      const bits = entropyBits([a, b]);
      assert.ok(bits >= 0 && bits <= 1);
      near(entropyBits([b + c, a + c]), bits, 1e-9);
    }),
  );
});
