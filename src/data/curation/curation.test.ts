import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Dataset } from '../dataset.ts';
import { RecordStore } from '../store.ts';
import { beyondCap } from './cap.ts';
import { duplicateGroups } from './duplicates.ts';
import { detectLanguage } from './language.ts';
import { findPersonalData, maskPersonalData } from './personalData.ts';
import { applyProposals, curationSteps, proposalsOf } from './proposals.ts';
import { datasetStatistics, describe } from './statistics.ts';
import { suggestCategory } from './suggestCategory.ts';

const root = mkdtempSync(join(tmpdir(), 'curation-'));
after(() => {
  rmSync(root, { recursive: true });
});
let projects = 0;
async function project(
  prompts: readonly object[],
  more: Readonly<Record<string, readonly object[]>> = {},
): Promise<Dataset> {
  const dir = join(root, String(++projects));
  for (const [file, records] of Object.entries({ 'prompts/all.jsonl': prompts, ...more })) {
    mkdirSync(join(dir, file, '..'), { recursive: true });
    writeFileSync(join(dir, file), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }
  return Dataset.open(dir);
}

test('prompts that begin alike are one group, shorter ones only when they are equal', () => {
  const long = 'Classify the sentiment of the review. ';
  const groups = duplicateGroups(
    [
      { id: 'a', text: `${long}Good film.` },
      { id: 'b', text: 'Hi' },
      { id: 'c', text: `${long.replace('. ', '.\n ')}Bad film.` },
      { id: 'd', text: ' Hi\n' },
      { id: 'e', text: 'Hi there' },
    ],
    30,
  );
  assert.deepEqual(groups, [
    { ids: ['a', 'c'], sharedPrefix: 38, equal: false },
    { ids: ['b', 'd'], sharedPrefix: 2, equal: true },
  ]);
});

test('removing duplicates leaves none, and what is kept stays kept when prompts are added', () => {
  const texts = fc.array(fc.stringMatching(/^[ab ]{1,6}$/), { maxLength: 30 });
  const kept = (list: readonly string[]): string[] => {
    const prompts = list.map((text, index) => ({ id: String(index), text }));
    const removed = new Set(duplicateGroups(prompts, 3).flatMap(({ ids }) => ids.slice(1)));
    return prompts.filter(({ id }) => !removed.has(id)).map(({ text }) => text);
  };
  fc.assert(
    fc.property(texts, texts, (first, more) => {
      const once = kept(first);
      assert.deepEqual(kept(once), once);
      assert.deepEqual(kept([...first, ...more]).slice(0, once.length), once);
    }),
  );
});

test('the cap leaves the first prompts of each owner', () => {
  const prompts = ['x', 'y', 'x', undefined, 'x', 'y'].map((user, index) => ({
    id: String(index),
    user,
  }));
  assert.deepEqual(beyondCap(prompts, { limit: 1, by: 'user' }), ['2', '4', '5']);
  assert.deepEqual(beyondCap(prompts, { limit: 1, by: 'organization' }), []);
});

test('personal data is found by form and check digits, each with its detector', () => {
  const found = (text: string): string[] =>
    findPersonalData(text).map(({ detector, text: value }) => `${detector} ${value}`);
  // Numbers with check digits: the published examples of card issuers and of ISO 13616.
  assert.deepEqual(found('Write to jo.doe+x@mail.org, or GB82 WEST 1234 5698 7654 32!'), [
    'email jo.doe+x@mail.org',
    'iban GB82 WEST 1234 5698 7654 32',
  ]);
  assert.deepEqual(found('card 4111 1111 1111 1111, not 4111 1111 1111 1112'), [
    'credit-card 4111 1111 1111 1111',
  ]);
  assert.deepEqual(
    found('My name is Ada Lovelace, born on 10 December 1815, at 12 St James Square.'),
    [
      'person-name Ada Lovelace',
      'date-of-birth 10 December 1815',
      'street-address 12 St James Square.',
    ],
  );
  assert.deepEqual(found('call +44 20 7946 0958 from 203.0.113.7, SSN 219-09-9999'), [
    'phone +44 20 7946 0958',
    'ip-address 203.0.113.7',
    'social-security-number 219-09-9999',
  ]);
  assert.deepEqual(
    found('In 1914-1918, version 1.2.3, 3.14159, 2026-11-21 and 300.1.1.1 are none.'),
    [],
  );
});

test('masking names the detector and leaves the rest', () => {
  const text = 'Dear Ada, mail a@b.org and c@d.org.';
  assert.equal(
    maskPersonalData(text, findPersonalData(text)),
    'Dear [PERSON-NAME], mail [EMAIL] and [EMAIL].',
  );
});

test('languages are told by script and by words, and not where there are too few', () => {
  const samples: Readonly<Record<string, string>> = {
    en: 'What is the capital of France?',
    de: 'Was ist die Hauptstadt von Frankreich und wie heißt der Fluss?',
    fr: 'Quelle est la capitale de la France et pourquoi ?',
    es: '¿Cuál es la capital de Francia y por qué?',
    it: 'Qual è la capitale della Francia e perché non Lione?',
    pt: 'Qual é a capital da França e por que não é uma outra?',
    nl: 'Wat is de hoofdstad van Frankrijk en waarom is het niet Lyon?',
    ru: 'Какая столица Франции?',
    uk: 'Яка столиця Франції і чому?',
    zh: '法国的首都是什么?',
    ja: 'フランスの首都はどこですか?',
    ko: '프랑스의 수도는 어디입니까?',
    ar: 'ما هي عاصمة فرنسا؟',
    el: 'Ποια είναι η πρωτεύουσα;',
    hi: 'फ्रांस की राजधानी क्या है?',
  };
  for (const [language, text] of Object.entries(samples)) {
    assert.equal(detectLanguage(text), language, text);
  }
  assert.equal(detectLanguage('42 + 7 = ?'), null);
  assert.equal(detectLanguage('Xyzzy plugh'), null);
});

test('categories: the paper’s own examples of prompts get the categories that the paper gives them', () => {
  // Paraphrased from the illustrative prompts of appendix A.2.1.
  const examples: readonly (readonly [string, string])[] = [
    ['brainstorming', 'List five ideas for how to regain enthusiasm for my career'],
    ['brainstorming', 'What are 10 science fiction books I should read next?'],
    [
      'classification',
      'Take the following text and rate, on a scale from 1-10, how sarcastic the person is being. Classify it.',
    ],
    ['extract', 'Extract all place names from the article below: {news article}'],
    [
      'generation',
      'Write a creative ad for the following product to run on Facebook: {product description}',
    ],
    ['generation', 'Write a short story where a brown bear goes to the beach and meets a seal.'],
    ['rewrite', 'Translate this sentence to Spanish: <English sentence>'],
    ['rewrite', 'Rewrite the following text to be more light-hearted: {very formal text}'],
    [
      'chat',
      'The following is a conversation with an AI assistant.\n\nHuman: Hello, who are you?\nAI: I am an AI. How can I help you today?\nHuman: {message}\nAI:',
    ],
    [
      'closed_qa',
      'Answer the following question based on this passage.\nPassage: {text}\nWhat shape is the earth?',
    ],
    ['open_qa', 'Who built the statue of liberty?'],
    ['open_qa', 'How do you take the derivative of the sin function?'],
    ['summarization', 'Summarize this for a second-grade student: {text}'],
    ['other', 'start with where'],
  ];
  assert.deepEqual(
    examples.map(([, text]) => suggestCategory(text).category),
    examples.map(([category]) => category),
  );
});

test('lengths are described as pandas describes them', () => {
  // pandas: Series([1, 2, 3]).describe() in its documentation; [1, 2, 3, 4] has std 1.290994, quartiles 1.75, 2.5, 3.25.
  assert.deepEqual(describe([3, 1, 2]), {
    count: 3,
    mean: 2,
    std: 1,
    min: 1,
    p25: 1.5,
    p50: 2,
    p75: 2.5,
    max: 3,
  });
  const four = describe([1, 2, 3, 4]);
  assert.equal(four.std.toFixed(6), '1.290994');
  assert.deepEqual([four.p25, four.p50, four.p75], [1.75, 2.5, 3.25]);
});

test('the tables count each prompt where it belongs', async () => {
  const dataset = await project(
    [
      { id: 'p1', prompt: 'one', category: 'chat', split: 'train', kind: 'api', user: 'u' },
      { id: 'p2', prompt: 'two words', category: 'chat', split: 'train', kind: 'api', user: 'u' },
      {
        id: 'p3',
        prompt: 'three little words',
        category: 'extract',
        split: 'valid',
        kind: 'plain',
      },
      { id: 'p4', prompt: 'x', split: 'train' },
    ],
    {
      'demonstrations/a.jsonl': [{ id: 'd', promptId: 'p3', completion: 'a b c d', labeler: 'a' }],
    },
  );
  const tables = datasetStatistics(dataset, {
    countTokens: (text) => text.split(' ').length,
    splitOf: ({ split }) => split ?? 'test',
    languageOf: () => null,
  });
  assert.deepEqual(
    tables.sizes.filter(({ count }) => count > 0),
    [
      { stage: 'sft', split: 'valid', author: 'labeler', count: 1 },
      { stage: 'ppo', split: 'train', author: 'labeler', count: 1 },
      { stage: 'ppo', split: 'train', author: 'customer', count: 2 },
      { stage: 'ppo', split: 'valid', author: 'labeler', count: 1 },
    ],
  );
  assert.deepEqual(
    tables.categories.map(({ category, percent }) => [category, percent.toFixed(1)]),
    [
      ['chat', '66.7'],
      ['extract', '33.3'],
    ],
  );
  assert.equal(tables.uncategorized, 1);
  assert.deepEqual(tables.perUser, [{ stage: 'ppo', split: 'train', users: 1, promptsPerUser: 2 }]);
  assert.deepEqual(
    tables.demonstrations.map(({ author, of, mean }) => [author, of, mean]),
    [
      ['labeler', 'prompt', 3],
      ['labeler', 'demonstration', 4],
    ],
  );
});

test('curation proposes, changes nothing unasked, and after it has nothing more to propose', async () => {
  const messages = [{ role: 'user', content: 'Mail me at a@b.org, please write a poem' }];
  const dataset = await project([
    { id: 'p1', prompt: 'Summarize the text of the day.', user: 'u', split: 'train', own: [1, 2] },
    { id: 'p2', prompt: 'Summarize the  text of the day.', user: 'u', split: 'train' },
    { id: 'p3', messages, user: 'v', split: 'train' },
    { id: 'p4', prompt: 'Write to c@d.org about the sky.', user: 'w', split: 'test' },
    { id: 'p5', prompt: 'Who are you and what is this?', user: 'u' },
  ]);
  const store = new RecordStore(dataset.projectDir);
  const counts = (): number[] => curationSteps.map((step) => proposalsOf(step, dataset).length);
  // One duplicate, no owner of over 200, one without a split, one find (test is left alone).
  assert.deepEqual(counts(), [1, 0, 1, 1, 5, 5]);
  assert.match(proposalsOf('personal-data', dataset)[0].why, /may hold email "a@b\.org" \(0\.99\)/);
  assert.equal(proposalsOf('duplicates', dataset, { keep: new Set(['p2']) }).length, 0);
  for (const step of curationSteps) {
    await applyProposals(proposalsOf(step, dataset), dataset, store);
    await dataset.refresh();
  }
  assert.deepEqual(counts(), [0, 0, 0, 0, 0, 0]);
  assert.equal(dataset.promptById('p2'), undefined);
  assert.equal(dataset.promptById('p5')?.split, 'train', 'with the user’s other prompts');
  assert.equal(dataset.promptById('p3')?.text, 'Mail me at [EMAIL], please write a poem');
  assert.equal(dataset.promptById('p4')?.text, 'Write to c@d.org about the sky.');
  const first = dataset.promptById('p1');
  assert.ok(first);
  assert.deepEqual((await dataset.readRecord<'prompts'>('prompts', first)).record['own'], [1, 2]);
});
