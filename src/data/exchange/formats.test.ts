/** Every format: rows as its own tools write them, what becomes of them, and the way back. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Dataset } from '../dataset.ts';
import { applyImport } from './applyImport.ts';
import { exportDataset } from './exportDataset.ts';
import { formats } from './formats/index.ts';
import { planImport } from './importPlan.ts';
import type { ImportPlan } from './importPlan.ts';
import { labelingSamples } from '../../../test/fixtures/exchange/labeling.ts';
import { trainingSamples } from '../../../test/fixtures/exchange/training.ts';

const samples = { ...trainingSamples, ...labelingSamples };

const root = mkdtempSync(join(tmpdir(), 'exchange-'));
after(() => {
  rmSync(root, { recursive: true });
});
let folders = 0;
const freshFolder = (): string => {
  const folder = join(root, String(++folders));
  mkdirSync(folder);
  return folder;
};

/** Letters for tokens: enough of a tokenizer for formats that hold ids. */
const tokens = {
  decode: (ids: readonly number[]) => String.fromCharCode(...ids),
  encode: (text: string) => Array.from(text, (letter) => letter.charCodeAt(0)),
};

async function plan(file: string, dataset: Dataset | null = null): Promise<ImportPlan> {
  return planImport([file], dataset, { ids: 'hash', decode: tokens.decode });
}

const counts = ({ added }: ImportPlan): number[] => [
  added.prompts,
  added.demonstrations,
  added.completions,
  added.rankings,
];

function jsonl(rows: readonly unknown[]): string {
  const file = join(freshFolder(), 'rows.jsonl');
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

test('every format has a sample here', () => {
  assert.deepEqual(
    formats.map(({ name }) => name).filter((name) => !(name in samples)),
    [],
  );
});

for (const [name, sample] of Object.entries(samples)) {
  test(`${name}: its rows are recognised and taken in whole`, async () => {
    const found = await plan(jsonl(sample.rows));
    assert.deepEqual(found.problems, []);
    assert.equal(found.files[0].format?.name, name);
    assert.deepEqual(counts(found), sample.counts);
    for (const [id, expected] of Object.entries(sample.contains)) {
      const record = found.records.find(({ record: one }) => JSON.stringify(one).includes(id));
      assert.ok(record, `no record has ${id}`);
      assert.partialDeepStrictEqual(record.record, expected);
    }
  });

  test(`${name}: nothing is imported twice`, async () => {
    const project = freshFolder();
    const file = jsonl(sample.rows);
    await applyImport(project, await plan(file));
    const again = await plan(file, await Dataset.open(project));
    assert.deepEqual(counts(again), [0, 0, 0, 0]);
    assert.deepEqual(again.known.prompts, sample.counts[0]);
  });

  const write = formats.find((format) => format.name === name)?.write ?? null;
  if (write === null) continue;
  test(`${name}: a round trip keeps what the format carries`, async () => {
    const project = freshFolder();
    await applyImport(project, await plan(jsonl(sample.rows)));
    const out = join(freshFolder(), `out.${write.container}`);
    const dataset = await Dataset.open(project);
    const exported = await exportDataset(dataset, { format: name, out, encode: tokens.encode });
    const back = await planImport([out], null, {
      format: name,
      ids: 'hash',
      decode: tokens.decode,
    });
    assert.deepEqual(back.problems, []);
    assert.ok(exported.rows > 0);
    const contents = ({ records }: ImportPlan): string[] =>
      records.map(({ kind, record }) => `${kind} ${sample.comparable(record)}`).sort();
    assert.deepEqual(contents(back), contents(await plan(jsonl(sample.rows))));
  });
}

test('addresses are left out, and ids of persons become names that say nothing', async () => {
  for (const name of ['lmsys-arena', 'lmsys-votes', 'summarize-comparisons', 'openassistant']) {
    const found = JSON.stringify((await plan(jsonl(samples[name].rows))).records);
    assert.doesNotMatch(found, /1\.2\.3\.4|arena_user_7|Xyz123|user of m/, name);
  }
  const file = jsonl(samples['lmsys-arena'].rows);
  const labelers = async (ids: 'hash' | 'drop'): Promise<unknown[]> =>
    (await planImport([file], null, { ids })).records
      .filter(({ kind }) => kind === 'rankings')
      .map(({ record }) => record['labeler']);
  assert.match(String((await labelers('hash'))[0]), /^person-[0-9a-f]{10}$/);
  assert.deepEqual(await labelers('drop'), ['imported']);
});

test('an export says what its format cannot hold', async () => {
  const project = freshFolder();
  await applyImport(project, await plan(jsonl(samples['ultrafeedback'].rows)));
  const out = join(freshFolder(), 'pairs.jsonl');
  const { rows, lost } = await exportDataset(await Dataset.open(project), {
    format: 'trl-preference',
    out,
  });
  assert.equal(rows, 5, 'of six pairs one is a tie');
  assert.deepEqual(Object.fromEntries(lost.map(({ what, count }) => [what, count])), {
    'names of models': 4,
    'scores of completions': 4,
    'rankings of three or more as a whole': 1,
    ties: 1,
    'names of rankings’ labelers': 1,
    'orders shown': 1,
  });
  const [row] = readFileSync(out, 'utf8').split('\n');
  assert.match(row, /"prompt_id":"p-/, 'pairs of one prompt stay together');
});

test('dataset_info.json keeps the entries that stand there', async () => {
  const project = freshFolder();
  await applyImport(project, await plan(jsonl(samples['alpaca'].rows)));
  const folder = freshFolder();
  writeFileSync(join(folder, 'dataset_info.json'), '{"other":{"file_name":"other.json"}}');
  const dataset = await Dataset.open(project);
  await exportDataset(dataset, { format: 'alpaca', out: join(folder, 'mine.json') });
  await exportDataset(dataset, { format: 'sharegpt', out: join(folder, 'chat.json') });
  const info: unknown = JSON.parse(readFileSync(join(folder, 'dataset_info.json'), 'utf8'));
  assert.partialDeepStrictEqual(info, {
    other: { file_name: 'other.json' },
    mine: { file_name: 'mine.json', columns: { prompt: 'instruction', response: 'output' } },
    chat: {
      file_name: 'chat.json',
      formatting: 'sharegpt',
      columns: { messages: 'conversations' },
    },
  });
});
