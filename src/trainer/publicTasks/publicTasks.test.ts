import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test, type TestContext } from 'node:test';
import { InstructError } from '../../protocol/errors.ts';
import type { TaskInput, TaskModel, TaskReport } from './publicTask.ts';
import { publicTasks } from './tasks.ts';

/** A model that gives each option a log-probability by its text, and each prompt a fixed answer. */
function modelOfTables(
  logprobs: Readonly<Record<string, readonly [total: number, tokens: number] | undefined>>,
  answers: Readonly<Record<string, string>> = {},
): TaskModel {
  return {
    choose: (questions) =>
      Promise.resolve(
        questions.map(({ options }) => {
          const found = options.flatMap((option) => {
            const known = logprobs[option.trim()];
            return known === undefined ? [] : [{ total: known[0], mean: known[0] / known[1] }];
          });
          return found.length === options.length ? found : null;
        }),
      ),
    complete: (prompts) =>
      Promise.resolve(
        prompts.map((prompt) => answers[prompt.split('Q: ').at(-1)?.split('\n')[0] ?? ''] ?? ''),
      ),
  };
}

/** Writes the files and evaluates the task on the first of them. */
async function evaluate(
  t: TestContext,
  task: string,
  files: Readonly<Record<string, string>>,
  input: Partial<TaskInput> = {},
): Promise<TaskReport> {
  const folder = mkdtempSync(join(tmpdir(), 'instruct-public-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const place = (file: string | null | undefined): string | null =>
    file === null || file === undefined ? null : join(folder, file);
  const found = publicTasks.get(task);
  assert.ok(found !== undefined);
  return found.evaluate({
    model: null,
    prefix: '',
    limit: Infinity,
    ...input,
    data: join(folder, Object.keys(files)[0]),
    predictions: place(input.predictions),
    references: place(input.references),
  });
}

const jsonl = (...rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

test('the published shares of true and informative answers come out exactly', async () => {
  const task = publicTasks.get('truthfulqa');
  const data = fileURLToPath(
    new URL('../../../test/fixtures/truthfulQaScores.csv', import.meta.url),
  );
  const report = await task?.evaluate({
    data,
    model: null,
    predictions: null,
    references: null,
    prefix: '',
    limit: Infinity,
  });
  assert.deepEqual(report?.groups, [
    group('gpt-175b, QA prompt', 0.24, 0.22),
    group('ppo-ptx-175b, QA prompt', 0.63, 0.61),
    group('ppo-noptx-175b, QA prompt', 0.74, 0.73),
  ]);
});

function group(name: string, share: number, both: number): TaskReport['groups'][0] {
  return { name, count: 100, metrics: { true: share, true_and_informative: both } };
}

test('TruthfulQA’s questions are answered for a judge elsewhere', async (t) => {
  const report = await evaluate(
    t,
    'truthfulqa',
    { 'TruthfulQA.csv': 'Type,Question\nA,Is it so?\nA,"Why, then?"\n' },
    { model: modelOfTables({}, { 'Is it so?': 'No.', 'Why, then?': 'Nobody knows.' }) },
  );
  assert.deepEqual(report.generations, [
    { question: 'Is it so?', answer: 'No.' },
    { question: 'Why, then?', answer: 'Nobody knows.' },
  ]);
});

test('multiple choice of TruthfulQA is by probability per token, its second form by total', async (t) => {
  const targets = { 'a long true answer': 1, false: 0 };
  const report = await evaluate(
    t,
    'truthfulqa-mc',
    {
      'mc_task.json': JSON.stringify([
        { question: 'Q?', mc1_targets: targets, mc2_targets: targets },
      ]),
    },
    // −4 over 4 tokens is −1 a token; in all, e⁻⁴ against e⁻³: 1 / (1 + e) of the probability.
    { model: modelOfTables({ 'a long true answer': [-4, 4], false: [-3, 2] }) },
  );
  assert.equal(report.groups[0].metrics['mc1'], 1);
  assert.ok(Math.abs(report.groups[0].metrics['mc2'] - 0.268941) < 1e-6);
});

test('HellaSwag’s accuracy is by probability per token; what does not fit is left out', async (t) => {
  const report = await evaluate(
    t,
    'hellaswag',
    {
      'val.jsonl': jsonl(
        { ctx: 'A man', endings: ['sits down slowly', 'flies'], label: 0 },
        { ctx: 'A man', endings: ['sits down slowly', 'flies'], label: '1' },
        { ctx: 'A man', endings: ['too long', 'flies'], label: 0 },
      ),
    },
    { model: modelOfTables({ 'sits down slowly': [-6, 3], flies: [-3, 1] }) },
  );
  assert.deepEqual(report.groups, [{ name: 'model', count: 2, metrics: { accuracy: 0.5 } }]);
  assert.equal(report.leftOut, 1);
});

const squadText = JSON.stringify({
  version: 'v2.0',
  data: [
    {
      title: 'Sea',
      paragraphs: [
        {
          context: 'Oil was found in the North Sea.',
          qas: [
            {
              id: 'q1',
              question: 'Where?',
              answers: [{ text: 'the North Sea', answer_start: 17 }],
            },
            { id: 'q2', question: 'By whom?', answers: [], is_impossible: true },
            { id: 'q3', question: 'What?', answers: [{ text: 'Oil', answer_start: 0 }] },
          ],
        },
      ],
    },
  ],
});

test('SQuAD’s F1 takes predictions by id, and a question without one as answered with nothing', async (t) => {
  const report = await evaluate(
    t,
    'squad',
    { 'dev-v2.0.json': squadText, 'own.json': '{"q1": "North", "q3": "oil"}' },
    { predictions: 'own.json' },
  );
  // ⅔ for "North", 1 for nothing where there is no answer, 1 for "oil".
  const { f1, exact } = report.groups[0].metrics;
  assert.ok(Math.abs(f1 - (100 * (2 / 3 + 1 + 1)) / 3) < 1e-9);
  assert.ok(Math.abs(exact - 200 / 3) < 1e-9);
});

test('a model that says that the passage does not tell is right where it does not', async (t) => {
  const report = await evaluate(
    t,
    'squad',
    { 'dev-v2.0.json': squadText },
    {
      model: modelOfTables(
        {},
        { 'Where?': 'Not in background.', 'By whom?': 'Not in background.', 'What?': 'Oil' },
      ),
    },
  );
  assert.ok(Math.abs(report.groups[0].metrics['exact'] - 200 / 3) < 1e-9);
});

test('published samples give a group for each model and prompt; bars part the references', async (t) => {
  const samples =
    ',model_type,prompt_type,context,ref_text,sample\n' +
    '0,gpt,zeroshot,"A ""quoted""\ncontext",north sea|the sea,The sea\n' +
    '1,gpt,fewshot,x,north sea,south\n' +
    '2,gpt,zeroshot,x,oil,gas\n';
  const report = await evaluate(t, 'squad', { 'samples.csv': samples });
  assert.deepEqual(report.groups, [
    { name: 'gpt, zeroshot', count: 2, metrics: { f1: 50, exact: 50 } },
    { name: 'gpt, fewshot', count: 1, metrics: { f1: 0, exact: 0 } },
  ]);
});

test('translations and summaries come from files of lines, and must be as many as their sources', async (t) => {
  const files = {
    'newstest.fr': 'un\ndeux\n',
    'newstest.en': 'the cat is on the mat\nthere is a dog here\n',
    'own.en': 'the cat is on the mat\nthere is a dog here\n',
    'short.en': 'the cat\n',
  };
  const given = { references: 'newstest.en', predictions: 'own.en' };
  const report = await evaluate(t, 'translation', files, given);
  assert.ok(Math.abs(report.groups[0].metrics['bleu'] - 100) < 1e-9);
  await assert.rejects(
    evaluate(t, 'translation', files, { ...given, predictions: 'short.en' }),
    /short\.en: expected 2 lines, got 1/,
  );
  await assert.rejects(evaluate(t, 'translation', files), /no references/);
  const summaries = await evaluate(
    t,
    'summaries',
    { 'cnn.jsonl': jsonl({ article: 'A.', highlights: 'a b c d' }), 'own.txt': 'a b\n' },
    { predictions: 'own.txt' },
  );
  // Two of two words, two of four: 2·1·½ / 1½.
  assert.ok(Math.abs(summaries.groups[0].metrics['rouge_l'] - 2 / 3) < 1e-12);
});

test('pronouns are compared within one schema, and pairs by their two sentences', async (t) => {
  const rows = [
    'sentid\tsentence',
    'technician.customer.1.male.txt\tThe technician said he "left".',
    'technician.customer.1.female.txt\tThe technician said she "left".',
    'technician.customer.1.neutral.txt\tThe technician said they "left".',
    'nurse.patient.0.male.txt\tHe slept.',
    'nurse.patient.0.female.txt\tShe slept.',
  ];
  const report = await evaluate(
    t,
    'winogender',
    { 'all_sentences.tsv': `${rows.join('\n')}\n` },
    {
      model: modelOfTables({
        'The technician said he "left".': [-10, 5],
        'The technician said she "left".': [-10, 5],
        'He slept.': [-5, 2],
        'She slept.': [-4, 2],
      }),
    },
  );
  // One bit for the first, 0.83994 for one nat between the second's.
  assert.equal(report.groups[0].count, 2);
  assert.ok(Math.abs(report.groups[0].metrics['entropy_bits'] - (1 + 0.83994) / 2) < 1e-5);
  const pairs = await evaluate(
    t,
    'crows-pairs',
    { 'crows.csv': ',sent_more,sent_less,bias_type\n0,"They, too.",Others.,age\n' },
    { model: modelOfTables({ 'They, too.': [-6, 3], 'Others.': [-8, 3] }) },
  );
  assert.ok(Math.abs(pairs.groups[0].metrics['entropy_bits'] - 0.52707) < 1e-5);
});

test('toxicity is told by mean, by share, and by the worst of several continuations', async (t) => {
  const samples =
    ',model_type,prompt_type,context,sample,toxicity\n' +
    '0,gpt,basic,A,x,0.2\n1,gpt,basic,A,y,0.8\n2,gpt,basic,B,z,0.1\n3,gpt,respectful,A,w,0.4\n';
  const report = await evaluate(t, 'real-toxicity', { 'samples.csv': samples });
  const [basic, respectful] = report.groups;
  assert.equal(basic.count, 3);
  assert.ok(Math.abs(basic.metrics['toxicity'] - 1.1 / 3) < 1e-12);
  assert.ok(Math.abs(basic.metrics['toxic'] - 1 / 3) < 1e-12);
  assert.ok(Math.abs(basic.metrics['expected_maximum'] - 0.45) < 1e-12);
  assert.equal(basic.metrics['toxic_once'], 0.5);
  assert.equal(respectful.metrics['toxicity'], 0.4);
  const byPrompt = await evaluate(t, 'real-toxicity', {
    'scored.jsonl': jsonl(
      { prompt: { text: 'A', toxicity: 0.9 }, generations: [{ text: 'x', toxicity: 0.6 }] },
      { prompt: { text: 'B', toxicity: 0.1 }, generations: [{ text: 'y', toxicity: 0.3 }] },
    ),
  });
  assert.deepEqual(
    byPrompt.groups.map(({ name, metrics }) => [name, metrics['toxicity']]),
    [
      ['toxic prompts', 0.6],
      ['other prompts', 0.3],
    ],
  );
});

test('a file in another format is named with its row, a missing model with the way to name one', async (t) => {
  const rows = jsonl({ ctx: 'A', endings: ['a', 'b'], label: 0 }, { ctx: 'A', endings: ['a'] });
  const model = modelOfTables({ a: [-1, 1], b: [-2, 1] });
  await assert.rejects(evaluate(t, 'hellaswag', { 'x.jsonl': rows }, { model }), (error) => {
    assert.ok(error instanceof InstructError);
    assert.equal(error.code, 'bad-record');
    assert.match(error.message, /x\.jsonl: row 2: "endings"/);
    return true;
  });
  await assert.rejects(
    evaluate(t, 'hellaswag', { 'x.jsonl': '{"ctx"\n' }, { model }),
    /row 1: it is no JSON/,
  );
  await assert.rejects(evaluate(t, 'hellaswag', { 'x.jsonl': '' }, { model }), /no rows/);
  const good = jsonl({ ctx: 'A', endings: ['a', 'b'], label: 0 });
  await assert.rejects(
    evaluate(t, 'hellaswag', { 'x.jsonl': good }),
    (error) => error instanceof InstructError && /--model/.test(error.remedy),
  );
});
