import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FileTable } from './fileTable.ts';
import { TableModel } from './tableModel.ts';

const lines = [
  '{"id":"p1","prompt":"What do owls eat?","category":"open_qa","user":"bob"}',
  '',
  '{"id":"p2","prompt":"List ten birds","category":"brainstorming"}',
  '{"id":"p1","prompt":"What do owls eat at night?","category":"open_qa","user":"ann"}',
  'no json',
  '{"id":"p3","prompt":"Gone"}',
  '{"id":"p3","deleted":true}',
];

async function model(given: readonly string[] = lines): Promise<TableModel> {
  const made = new TableModel(
    () => performance.now(),
    async () => {
      await nextTurn();
    },
  );
  await made.load(given);
  return made;
}
const cells = (made: TableModel, column: 'id' | 'user') =>
  made.rowsAt(0, 99).rows.map((row) => row.cells[column]);

test('of an id the newest line stands, deleted ones and blank lines are not there', async () => {
  const made = await model();
  assert.deepEqual(cells(made, 'id'), ['p2', 'p1', '']);
  assert.deepEqual(made.lines(), [2, 3, 4]);
  const { matching, total, problems } = made.counts();
  assert.deepEqual([matching, total, problems], [3, 3, 1]);
  assert.match(made.rowsAt(2, 1).rows[0]?.problem ?? '', /no JSON/);
});

test('rows without a value come last, whichever way a column is sorted first', async () => {
  const made = await model();
  await made.choose({ search: '-is:problem', sort: { column: 'user', descending: false } });
  assert.deepEqual(cells(made, 'user'), ['ann', '']);
  await made.choose({ search: '-is:problem', sort: { column: 'user', descending: true } });
  assert.deepEqual(cells(made, 'user'), ['ann', '']);
  await made.choose({ search: 'birds', sort: null });
  assert.deepEqual(cells(made, 'id'), ['p2']);
});

test('a changed line is the only one that is read again', async () => {
  const made = await model();
  made.change({ start: 2, removed: 1, lines: ['{"id":"p9","prompt":"New"}', ''] });
  await made.again();
  assert.deepEqual(cells(made, 'id'), ['p9', 'p1', '']);
  assert.deepEqual(made.lines(), [2, 4, 5]);
});

test('others get a word in after at most 50 ms, by a clock that a look at costs a millisecond', async () => {
  const many = Array.from({ length: 3000 }, (_, at) => `{"id":"p${at}","prompt":"Prompt ${at}"}`);
  let [now, since, longest] = [0, 0, 0];
  const made = new TableModel(
    () => (now += 1),
    async () => {
      longest = Math.max(longest, now - since);
      await nextTurn();
      since = now;
    },
  );
  await made.load(many);
  since = now;
  const sort = { column: 'prompt', descending: true } as const;
  await made.choose({ search: 'prompt', sort });
  assert.equal(made.rowsAt(0, 1).rows[0]?.cells.prompt, 'Prompt 2999');
  assert.ok(longest > 0 && longest <= 50, `${longest} ms`);
});

test('a large file is paged: rows in sight are read, a search passes over the file once', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'table-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'big.jsonl');
  const text = Array.from({ length: 5000 }, (_, at) => `{"id":"p${at}","prompt":"Ünique ${at}"}`);
  await writeFile(file, text.join('\r\n'));
  const table = await FileTable.open(file);
  assert.equal(table.counts().total, 5000);
  const page = await table.rowsAt(4998, 100);
  assert.deepEqual(
    page.rows.map(({ cells: { prompt } }) => prompt),
    ['Ünique 4998', 'Ünique 4999'],
  );
  const found = await table.choose({ search: '"Ünique 123"', sort: null });
  assert.equal(found.matching, 11); // 123 and 1230 to 1239
  const rows = (await table.rowsAt(0, 20)).rows;
  assert.equal(rows[10]?.cells.id, 'p1239');
  assert.match(found.readOnly ?? '', /larger than 20 MB/);
});
