import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Random } from '../data/random.ts';
import { createWorld } from './createWorld.ts';
import { familiesOf } from './families.ts';
import { cutFewShot, fewShotPrefixes, fewShotText } from './fewShot.ts';
import { makePrompts } from './prompts.ts';
import { statements } from './relations.ts';
import { documentShares, webDocument, webText } from './webText.ts';

const world = createWorld();

function documents(seed: number, count: number): string[] {
  const pages = webText(world, new Random(seed));
  return Array.from({ length: count }, () => pages.next().value);
}

const web = documents(1, 30_000);

test('equal seeds give equal texts', () => {
  assert.deepEqual(documents(7, 50), documents(7, 50));
  assert.notDeepEqual(documents(7, 50), documents(8, 50));
});

test('the shares of the documents sum to 100', () => {
  assert.equal(
    Object.values(documentShares).reduce((sum, share) => sum + share, 0),
    100,
  );
});

test('documents are short, in few words, and free of special tokens', () => {
  const vocabulary = new Set<string>();
  let words = 0;
  for (const page of web) {
    const own = page.toLowerCase().match(/[a-z]+/g) ?? [];
    for (const word of own) vocabulary.add(word);
    words += own.length;
    assert.ok(own.length > 0 && own.length < 220, page);
    assert.ok(!page.includes('<|') && !/undefined|NaN|\bX\b|WHO|\bHE\b/.test(page), page);
  }
  assert.ok(words / web.length > 20 && words / web.length < 60, String(words / web.length));
  assert.ok(vocabulary.size > 300 && vocabulary.size < 800, String(vocabulary.size));
});

test('the web states every fact many times, in several phrasings', () => {
  const text = web.join('\n');
  for (const { subject, relation, value } of world.facts) {
    const named = statements(subject, relation, value).filter((sentence) =>
      text.includes(sentence.slice(0, -1)),
    );
    assert.ok(named.length >= 2, `${subject.name}.${relation}: ${String(named.length)} phrasings`);
  }
});

test('no prompt of the held-out splits stands in the web, asked or answered', () => {
  const held = makePrompts(world, { seed: 5, train: 0, valid: 300, test: 500 });
  const lines = new Set(web.flatMap((page) => [page, ...page.split('\n')]));
  const bare = new Set([...lines].map((line) => line.replace(/^(?:\d+\. |[A-Z]\w+: )/, '')));
  for (const { prompt, kind } of held) {
    if (kind === 'few_shot') continue;
    if (prompt.includes('\n')) assert.ok(!web.some((page) => page.includes(prompt)), prompt);
    else assert.ok(!bare.has(prompt), prompt);
  }
});

test('on pages of instructions an instruction is followed by another, not by its answer', () => {
  const random = new Random(3);
  const pages = Array.from({ length: 300 }, () => webDocument(world, random, 'instructions'));
  const lines = pages.flatMap((page) => page.split('\n').slice(1));
  const further = lines.filter((line) =>
    /[?:.!]|->|^\d+\. |^(?:Assistant|please|write|can|what|say)/i.test(line),
  );
  assert.ok(further.length / lines.length > 0.9);
  assert.ok(pages.every((page) => page.split('\n').length >= 3));
});

test('some of the web is rude', () => {
  const rude = web.filter((page) => /\b(?:stupid|fool|idiot|shut up)\b/i.test(page)).length;
  assert.ok(rude / web.length > 0.02 && rude / web.length < 0.15, String(rude / web.length));
});

test('every family of tasks is answered somewhere on the question pages', () => {
  const pages = web.filter((page) => page.includes('Answer:')).join('\n');
  for (const phrase of [
    'Write a sentence about',
    'Write a short story about',
    'poem about',
    'Write a note to',
    'Describe the',
    'Write an ad for',
    'What colour is',
    'Name two animals',
    'names for a',
    'User: Hi',
    'What should I do?',
    'in the past',
    'polite',
    'opposite',
    'Summarize',
    'title',
    'Is this review good or bad?',
    'an animal, a thing or a place',
    'Say the word',
    'Count from',
    'from small to big',
    'Find the names',
  ]) {
    assert.ok(pages.includes(phrase), phrase);
  }
  assert.ok(Object.values(familiesOf).flat().length >= 25);
});

test('the prefixes of the prompted baseline have the form of the question pages and fit', () => {
  const all = fewShotPrefixes(world, 4);
  assert.equal(new Set(all.map(({ prefix }) => prefix)).size, 4);
  for (const { prefix } of all) {
    assert.equal(prefix.match(/^Question: /gm)?.length, 3);
    assert.ok(prefix.split(/\s+/).length < 60, prefix);
  }
  const [shots] = all;
  assert.ok(fewShotText(shots, 'Where?').endsWith('Question: Where?\nAnswer:'));
  assert.deepEqual(cutFewShot(shots, ' In the sea.\nQuestion: Who?', 'length'), {
    completion: 'In the sea.',
    finish: 'stop',
  });
  assert.deepEqual(cutFewShot(shots, ' In the', 'length'), {
    completion: 'In the',
    finish: 'length',
  });
});
