import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InstructError } from '../../protocol/errors.ts';
import { planImport } from './importPlan.ts';
import type { ImportPlan } from './importPlan.ts';
import { parquetBytes } from './parquet.ts';
import { openSource } from './source.ts';

const root = mkdtempSync(join(tmpdir(), 'source-'));
after(() => {
  rmSync(root, { recursive: true });
});
let files = 0;
function file(name: string, content: string | Uint8Array): string {
  const path = join(root, `${String(++files)}-${name}`);
  writeFileSync(path, content);
  return path;
}

async function contents(
  path: string,
): Promise<{ container: string; gzip: boolean; rows: unknown[] }> {
  const source = await openSource(path);
  const rows: unknown[] = [];
  for await (const item of source.rows()) {
    rows.push(
      item.type === 'row'
        ? [item.row.line, item.row.value]
        : [item.problem.line, item.problem.message],
    );
  }
  await source.close();
  return { container: source.container, gzip: source.gzip, rows };
}

const plan = (path: string, format?: string): Promise<ImportPlan> =>
  planImport([path], null, { ids: 'hash', format });
const where = ({ problems }: ImportPlan): string[] =>
  problems.map(({ line, column, message }) => `${String(line)}:${String(column)} ${message}`);

test('rows of a list know their lines, nested brackets and texts with brackets too', async () => {
  const text =
    '\uFEFF[\n  {"a": "]}\\"[", "b": [1, {"c": 2}]},\n\n  {"a":\n   "x"} , 7,\n  {"a": ""}\n]\n';
  const { container, rows } = await contents(file('rows.json', text));
  assert.equal(container, 'json');
  assert.deepEqual(rows, [
    [2, { a: ']}"[', b: [1, { c: 2 }] }],
    [4, { a: 'x' }],
    [5, 7],
    [6, { a: '' }],
  ]);
});

test('a list of any size comes in chunks, and one that breaks off says where', async () => {
  const rows = Array.from({ length: 3000 }, (_, index) => ({
    index,
    text: 'é'.repeat(index % 97),
  }));
  const whole = await contents(file('rows.json', JSON.stringify(rows)));
  assert.deepEqual(
    whole.rows.map((row) => (row as [number, unknown])[1]),
    rows,
  );
  const broken = await contents(file('rows.json', '[\n{"a": 1},\n{"a": '));
  assert.deepEqual(broken.rows, [
    [2, { a: 1 }],
    [3, 'the list ends in the middle of a row'],
  ]);
});

test('a CSV knows the first line of each row, with quotes, commas and newlines in cells', async () => {
  const text = 'prompt,completion\r\n"a ""b"", c","x\ny"\r\n\r\nd,e\r\n';
  const { container, rows } = await contents(file('rows.csv', text));
  assert.equal(container, 'csv');
  assert.deepEqual(rows, [
    [2, { prompt: 'a "b", c', completion: 'x\ny' }],
    [4, { prompt: 'd', completion: 'e' }],
  ]);
});

test('gzip is unpacked whatever the name says', async () => {
  const row = { prompt: 'a', completion: 'b' };
  const packed = await contents(file('rows.jsonl.gz', gzipSync(`${JSON.stringify(row)}\n`)));
  assert.deepEqual(packed, { container: 'jsonl', gzip: true, rows: [[1, row]] });
  const parquet = await contents(file('rows.data', gzipSync(parquetBytes([row]))));
  assert.deepEqual(parquet, { container: 'parquet', gzip: true, rows: [[1, row]] });
});

test('Parquet keeps nested lists, numbers, truth values and absent ones', async () => {
  const rows = [
    {
      prompt: [{ role: 'user', content: 'hé' }],
      number: 1.5,
      whole: 3,
      yes: true,
      info: { split: 'train' },
    },
    { prompt: [], number: -2, whole: 4, yes: false, info: { split: 'test' }, more: ['x', 'y'] },
  ];
  const found = await contents(file('rows.parquet', parquetBytes(rows)));
  assert.deepEqual(found.rows, [
    [1, rows[0]],
    [2, rows[1]],
  ]);
});

test('broken files are refused by name', async () => {
  const refused = async (path: string): Promise<string> => {
    try {
      await contents(path);
    } catch (error) {
      if (error instanceof InstructError) return error.code;
      throw error;
    }
    return 'taken';
  };
  assert.equal(await refused(file('x.gz', gzipSync('{}').subarray(0, 12))), 'bad-record');
  assert.equal(await refused(file('x.parquet', 'PAR1 and no more')), 'bad-record');
  assert.equal(await refused(join(root, 'nothing')), 'missing-file');
});

test('every bad row is a problem at its line, and the good ones are taken', async () => {
  const lines = [
    '{"prompt": "a", "chosen": "b", "rejected": "c"}',
    '{"prompt": "a", "chosen": "b"',
    '{"prompt": "a", "chosen": "same", "rejected": "same"}',
    '{"prompt": "d", "chosen": 7, "rejected": "f"}',
    '{"prompt": "g", "chosen": "h", "rejected": "i"}',
  ];
  const found = await plan(file('pairs.jsonl', `${lines.join('\n')}\n`), 'trl-preference');
  assert.deepEqual(found.added, { prompts: 2, demonstrations: 0, completions: 4, rankings: 2 });
  assert.equal(found.files[0].badRows, 3);
  const [second, third, fourth] = where(found);
  assert.match(second, /^2:1 not valid JSON/);
  assert.match(third, /^3:27 chosen: expected another text than "rejected"/);
  assert.match(fourth, /^4:27 chosen: expected /);
});

test('a problem in a row of several lines is at its own line', async () => {
  const found = await plan(
    file('rows.json', '[\n{"prompt": "a",\n "completion": 7}\n]'),
    'trl-prompt-completion',
  );
  assert.match(where(found)[0], /^3:16 completion: expected/);
});

test('rows of no known shape are said with their fields', async () => {
  const found = await plan(file('rows.jsonl', '{"colour": 1}\n'));
  assert.match(where(found)[0], /^1:1 no format fits rows with the fields colour/);
  assert.equal(found.records.length, 0);
});

test('the same pair again is taken once, and an unknown format is refused', async () => {
  const line = '{"prompt": "a", "chosen": "b", "rejected": "c"}\n';
  const found = await plan(file('pairs.jsonl', line + line));
  assert.equal(found.added.rankings, 1);
  assert.equal(found.repeated, 3);
  await assert.rejects(plan(file('pairs.jsonl', line), 'trl'), /There is no format "trl"/);
});
