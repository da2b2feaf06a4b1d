import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as z from 'zod';
import { assetPath } from '../../src/trainer/assets.ts';
import { instruct, temporaryFolder, writeRecords } from './fixtures/runs.ts';

/** A folder with the embedded base model in it. */
function folderWithModel(t: TestContext): string {
  const folder = temporaryFolder(t);
  cpSync(assetPath('base-model'), join(folder, 'models', 'base'), { recursive: true });
  return folder;
}

const given = (folder: string, ...args: string[]): string[] => [
  'public-task',
  ...args,
  '--project',
  folder,
  '--model',
  'models/base',
];

test('the base model completes its world’s sentences, and the command says how often', async (t) => {
  const folder = folderWithModel(t);
  writeRecords(folder, 'facts.jsonl', [
    { ctx: 'The cow eats', endings: ['grass.', 'meat.', 'fish.'], label: 0 },
    { ctx: 'The tiger eats', endings: ['grass.', 'meat.', 'seeds.'], label: 1 },
    { ctx: 'word '.repeat(200), endings: ['a', 'b'], label: 0 },
  ]);
  const data = join(folder, 'facts.jsonl');
  const end = await instruct(t, given(folder, 'hellaswag', '--data', data, '--json'));
  assert.equal(end.code, 0, end.stderr);
  assert.deepEqual(JSON.parse(end.stdout), {
    task: 'hellaswag',
    groups: [{ name: 'model', count: 2, metrics: { accuracy: 1 } }],
    leftOut: 1,
  });
  const shown = await instruct(t, given(folder, 'hellaswag', '--data', data));
  assert.match(shown.stdout, /^model {2}n 2 {2}accuracy 1\n1 left out/);
});

test('answers are drawn after the prefix, end before a line break, and are written for a judge', async (t) => {
  const folder = folderWithModel(t);
  const data = join(folder, 'TruthfulQA.csv');
  const out = join(folder, 'answers.jsonl');
  const prefix = join(folder, 'prefix.txt');
  writeFileSync(data, 'Question\nWhat does the cow eat?\nWhat does the fox eat?\n');
  writeFileSync(prefix, 'Q: What does the tiger eat?\nA: Meat.\n');
  const files = ['--data', data, '--out', out, '--prefix', prefix, '--limit', '1'];
  const end = await instruct(t, given(folder, 'truthfulqa', ...files));
  assert.equal(end.code, 0, end.stderr);
  const [line, ...more] = readFileSync(out, 'utf8').trimEnd().split('\n');
  assert.equal(more.length, 0);
  const { question, answer } = z
    .object({ question: z.string(), answer: z.string().min(1) })
    .parse(JSON.parse(line));
  assert.equal(question, 'What does the cow eat?');
  assert.ok(!answer.includes('\n'), answer);
});

test('an unknown task is answered with the nearest one, and a task without its file with a sentence', async (t) => {
  const unknown = await instruct(t, ['public-task', 'helaswag', '--data', 'x']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /unknown task "helaswag": did you mean "hellaswag"/);
  const bare = await instruct(t, ['public-task', 'squad']);
  assert.equal(bare.code, 2);
  assert.match(bare.stderr, /--data: expected FILE/);
  const missing = await instruct(t, ['public-task', 'squad', '--data', 'nowhere.json']);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /nowhere\.json: the file cannot be read/);
});
