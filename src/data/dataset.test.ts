import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { InstructError } from '../protocol/errors.ts';
import { recordKinds } from '../protocol/records.ts';
import type { RecordKind } from '../protocol/records.ts';
import { Dataset } from './dataset.ts';
import { tombstone } from './reviseLine.ts';

const root = mkdtempSync(join(tmpdir(), 'dataset-'));
after(() => {
  rmSync(root, { recursive: true });
});
let projects = 0;

function project(files: Readonly<Record<string, readonly string[]>> = {}): string {
  const dir = join(root, String(++projects));
  for (const kind of recordKinds) mkdirSync(join(dir, kind), { recursive: true });
  for (const [file, lines] of Object.entries(files)) write(dir, file, lines);
  return dir;
}

function write(dir: string, file: string, lines: readonly string[]): void {
  writeFileSync(join(dir, file), lines.map((line) => `${line}\n`).join(''));
}

const prompt = (id: string, more: object = {}): string =>
  JSON.stringify({ id, prompt: `text of ${id}`, ...more });
const completion = (id: string, promptId: string, model = 'base'): string =>
  JSON.stringify({ id, promptId, completion: `answer ${id}`, model: { name: model } });
const demonstration = (id: string, promptId: string, labeler = 'anna'): string =>
  JSON.stringify({ id, promptId, completion: `shown ${id}`, labeler });
const ranking = (id: string, promptId: string, order: string[], more: object = {}): string =>
  JSON.stringify({
    id,
    promptId,
    ranking: order.map((completionId) => [completionId]),
    shown: order,
    labeler: 'anna',
    ...more,
  });

/** Everything that a dataset says, for comparing two. */
function contents(dataset: Dataset): unknown {
  return {
    entries: recordKinds.map((kind) => [...dataset.entries(kind)]),
    counts: dataset.counts(),
    byPrompt: [...dataset.entries('prompts')].map(({ id }) => [
      dataset.demonstrationsOf(id),
      dataset.completionsOf(id),
      dataset.rankingsOf(id),
    ]),
  };
}

async function problemLines(dataset: Dataset): Promise<string[]> {
  const found: string[] = [];
  for await (const { path, line, column, code } of dataset.problems()) {
    found.push(`${path}:${String(line)}:${String(column)} ${code}`);
  }
  return found;
}

test('records are found by id and by prompt, and counted', async () => {
  const dir = project({
    'prompts/all.jsonl': [
      prompt('p1', { category: 'open_qa', split: 'train', kind: 'plain', tags: ['a'] }),
      prompt('p2', { category: 'open_qa', split: 'test' }),
    ],
    'demonstrations/anna.jsonl': [demonstration('d1', 'p1')],
    'completions/base.jsonl': [completion('c1', 'p1'), completion('c2', 'p1')],
    'completions/sft.jsonl': [completion('c3', 'p1', 'sft')],
    'rankings/anna.jsonl': [
      ranking('r1', 'p1', ['c2', 'c1']),
      ranking('r2', 'p2', [], { skipped: 'unclear' }),
    ],
  });
  const dataset = await Dataset.open(dir);
  assert.equal(dataset.promptById('p1')?.text, 'text of p1');
  assert.equal(dataset.promptById('nobody'), undefined);
  const ids = (entries: readonly { id: string }[]): string[] => entries.map(({ id }) => id);
  assert.deepEqual(ids(dataset.completionsOf('p1')), ['c1', 'c2', 'c3']);
  assert.deepEqual(ids(dataset.demonstrationsOf('p1')), ['d1']);
  assert.deepEqual(dataset.rankingsOf('p1').at(0)?.ranking, [['c2'], ['c1']]);
  assert.deepEqual(dataset.completionsOf('p2'), []);
  const counts = dataset.counts();
  assert.deepEqual([...counts.prompts.byCategory], [['open_qa', 2]]);
  assert.deepEqual(Object.fromEntries(counts.prompts.bySplit), { train: 1, test: 1 });
  assert.deepEqual(Object.fromEntries(counts.prompts.byKind), { plain: 1, '': 1 });
  assert.deepEqual(Object.fromEntries(counts.completions.byModel), { base: 2, sft: 1 });
  assert.deepEqual([counts.rankings.total, counts.rankings.skipped], [1, 1]);
  assert.deepEqual(await problemLines(dataset), []);
});

test('a later line supersedes an earlier one with its id, a tombstone removes it', async () => {
  const dir = project({
    'prompts/all.jsonl': [
      prompt('p1'),
      prompt('p2'),
      prompt('p1', { prompt: 'new text' }),
      tombstone(prompt('p2')),
    ],
  });
  const dataset = await Dataset.open(dir);
  assert.deepEqual(
    [...dataset.entries('prompts')].map(({ id, text, line }) => [id, text, line]),
    [['p1', 'new text', 3]],
  );
  assert.equal(dataset.staleLines('prompts/all.jsonl'), 3);
});

test('an empty project, and one without folders, hold nothing', async () => {
  assert.equal((await Dataset.open(project())).counts().prompts.total, 0);
  const bare = join(root, 'bare');
  mkdirSync(bare);
  assert.equal((await Dataset.open(bare)).counts().completions.total, 0);
});

test('refreshing an untouched file changes nothing; new lines are taken in', async () => {
  const dir = project({ 'prompts/all.jsonl': [prompt('p1')] });
  const dataset = await Dataset.open(dir);
  const before = dataset.version;
  assert.equal(await dataset.refresh(), false);
  assert.equal(dataset.version, before);
  const kept = dataset.promptById('p1');
  appendFileSync(join(dir, 'prompts/all.jsonl'), `${prompt('p2')}\n`);
  assert.equal(await dataset.refresh('prompts/all.jsonl'), true);
  assert.equal(dataset.promptById('p2')?.line, 2);
  assert.equal(dataset.promptById('p1'), kept, 'the old lines were not read again');
  assert.equal(await dataset.refresh('instruct.json'), false, 'no file of records');
});

test('an edit in the middle is seen even when the file also grew', async () => {
  const dir = project({ 'prompts/all.jsonl': [prompt('p1'), prompt('p2'), prompt('p3')] });
  const dataset = await Dataset.open(dir);
  write(dir, 'prompts/all.jsonl', [prompt('p1'), prompt('pX'), prompt('p3'), prompt('p4')]);
  await dataset.refresh(join(dir, 'prompts/all.jsonl'));
  assert.deepEqual(
    [...dataset.entries('prompts')].map(({ id }) => id),
    ['p1', 'pX', 'p3', 'p4'],
  );
});

test('a file that is removed or renamed takes its records along', async () => {
  const dir = project({ 'prompts/a.jsonl': [prompt('p1')], 'prompts/b.jsonl': [prompt('p2')] });
  const dataset = await Dataset.open(dir);
  rmSync(join(dir, 'prompts/a.jsonl'));
  renameSync(join(dir, 'prompts/b.jsonl'), join(dir, 'prompts/c.jsonl'));
  await dataset.refresh();
  assert.deepEqual(
    [...dataset.entries('prompts')].map(({ id, file }) => [id, file]),
    [['p2', 'prompts/c.jsonl']],
  );
});

test('a half-written last line is a problem until it is whole', async () => {
  const dir = project({ 'prompts/all.jsonl': [prompt('p1')] });
  const path = join(dir, 'prompts/all.jsonl');
  appendFileSync(path, prompt('p2').slice(0, 9));
  const dataset = await Dataset.open(dir);
  assert.deepEqual(await problemLines(dataset), ['prompts/all.jsonl:2:7 torn-line']);
  appendFileSync(path, `${prompt('p2').slice(9)}\n`);
  await dataset.refresh();
  assert.deepEqual(await problemLines(dataset), []);
  assert.equal(dataset.badLineProblems(), 0);
  assert.equal(dataset.promptById('p2')?.line, 2);
});

test('a last line without newline may still change', async () => {
  const dir = project({ 'prompts/all.jsonl': [prompt('p1')] });
  const path = join(dir, 'prompts/all.jsonl');
  appendFileSync(path, '{"id":"p1","prompt":"b"}');
  const dataset = await Dataset.open(dir);
  assert.equal(dataset.promptById('p1')?.text, 'b');
  write(dir, 'prompts/all.jsonl', [prompt('p1'), '{"id":"p9","prompt":"b"}']);
  await dataset.refresh();
  assert.equal(dataset.promptById('p1')?.text, 'text of p1', 'the first line stands again');
});

test('of two files with the same id the first by name counts, and the other is a problem', async () => {
  const dir = project({
    'prompts/a.jsonl': [prompt('p1', { prompt: 'of a' })],
    'prompts/b.jsonl': [prompt('p1', { prompt: 'of b' }), prompt('p2')],
  });
  const dataset = await Dataset.open(dir);
  assert.equal(dataset.promptById('p1')?.text, 'of a');
  assert.equal(dataset.counts().prompts.total, 2);
  assert.deepEqual(await problemLines(dataset), ['prompts/b.jsonl:1:7 duplicate-id']);
  rmSync(join(dir, 'prompts/a.jsonl'));
  await dataset.refresh();
  assert.equal(dataset.promptById('p1')?.text, 'of b');
  assert.deepEqual(await problemLines(dataset), []);
});

test('what is wrong between records is found at its column', async () => {
  const badRanking = ranking('r1', 'p1', ['c1', 'gone', 'c2', 'dead']);
  const orphan = demonstration('d1', 'p9');
  const leak = prompt('p3', { user: 'u', split: 'test' });
  const dir = project({
    'prompts/all.jsonl': [
      prompt('p1'),
      prompt('p2', { user: 'u', split: 'train' }),
      leak,
      prompt('p4', { user: 'u', split: 'train' }),
    ],
    'completions/base.jsonl': [
      completion('c1', 'p1'),
      completion('c2', 'p2'),
      completion('dead', 'p1'),
      tombstone(completion('dead', 'p1')),
    ],
    'demonstrations/anna.jsonl': [orphan],
    'rankings/anna.jsonl': [badRanking],
  });
  const dataset = await Dataset.open(dir);
  const at = (text: string, what: string): string => String(text.indexOf(what) + 1);
  assert.deepEqual(await problemLines(dataset), [
    `prompts/all.jsonl:3:${at(leak, '"test"')} split-leak`,
    `demonstrations/anna.jsonl:1:${at(orphan, '"p9"')} unknown-prompt`,
    `rankings/anna.jsonl:1:${at(badRanking, '"gone"')} missing-completion`,
    `rankings/anna.jsonl:1:${at(badRanking, '"c2"')} missing-completion`,
    `rankings/anna.jsonl:1:${at(badRanking, '"dead"')} missing-completion`,
  ]);
  const messages: string[] = [];
  for await (const { message } of dataset.problems()) messages.push(message);
  assert.match(messages[2], /^ranking\[1\]\[0\]: .*"gone" is in no file of completions/);
  assert.match(messages[3], /expected a completion of prompt "p1"; "c2" is one of "p2"/);
  assert.match(messages[4], /"dead" was deleted/);
});

test('a folder in the place of a file is a problem and stops nothing', async () => {
  const dir = project({ 'prompts/good.jsonl': [prompt('p1')] });
  mkdirSync(join(dir, 'prompts/bad.jsonl'));
  const dataset = await Dataset.open(dir);
  assert.equal(dataset.counts().prompts.total, 1);
  assert.deepEqual(await problemLines(dataset), ['prompts/bad.jsonl:1:1 unreadable-file']);
});

test('the number of problems kept of a file is bounded', async () => {
  const dir = project({ 'prompts/all.jsonl': Array.from({ length: 50 }, () => 'bad') });
  const dataset = await Dataset.open(dir, { problemLimit: 10 });
  assert.equal((await problemLines(dataset)).length, 10);
  assert.equal(dataset.badLineProblems(), 50);
});

test('a whole record is read back, or its absence is said', async () => {
  const line = completion('c2', 'p1').replace('{', '{"mine":[1.0],');
  const dir = project({ 'completions/base.jsonl': [completion('c1', 'p1'), line] });
  const dataset = await Dataset.open(dir);
  const entry = dataset.completionById('c2');
  assert.ok(entry);
  const { record, text } = await dataset.readRecord('completions', entry);
  assert.equal(text, line);
  assert.deepEqual(record['mine'], [1]);
  write(dir, 'completions/base.jsonl', [completion('another', 'p1'), 'x']);
  await assert.rejects(
    dataset.readRecord('completions', entry),
    (error) => error instanceof InstructError && error.code === 'bad-record',
  );
});

test('however a project changes, following it gives what reading it anew gives', async () => {
  const id = (prefix: string): fc.Arbitrary<string> =>
    fc.integer({ min: 1, max: 4 }).map((n) => `${prefix}${String(n)}`);
  const line: { readonly [K in RecordKind]: fc.Arbitrary<string> } = {
    prompts: fc
      .tuple(id('p'), fc.constantFrom('train', 'valid'))
      .map(([p, split]) => prompt(p, { split })),
    demonstrations: fc.tuple(id('d'), id('p')).map(([d, p]) => demonstration(d, p)),
    completions: fc.tuple(id('c'), id('p')).map(([c, p]) => completion(c, p)),
    rankings: fc
      .tuple(id('r'), id('p'), id('c'), id('e'))
      .map(([r, p, c, e]) => ranking(r, p, [c, e])),
  };
  const change = fc.constantFrom(...recordKinds).chain((kind) =>
    fc.record({
      file: fc.constantFrom('a', 'b').map((name) => `${kind}/${name}.jsonl`),
      how: fc.constantFrom('append', 'append', 'append', 'tear', 'write', 'remove'),
      lines: fc.array(
        fc.oneof(
          { weight: 6, arbitrary: line[kind] },
          { weight: 2, arbitrary: line[kind].map(tombstone) },
          { weight: 1, arbitrary: fc.constantFrom('', 'bad', '{"id":1}') },
        ),
        { maxLength: 5 },
      ),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const dir = project();
      const followed = await Dataset.open(dir);
      for (const { file, how, lines } of changes) {
        const text = lines.map((text) => `${text}\n`).join('');
        const path = join(dir, file);
        if (how === 'remove') rmSync(path, { force: true });
        else if (how === 'write') writeFileSync(path, text);
        else appendFileSync(path, how === 'tear' ? text.slice(0, -2) : text);
        await followed.refresh(file);
      }
      const fresh = await Dataset.open(dir);
      assert.deepEqual(contents(followed), contents(fresh));
      assert.deepEqual(await problemLines(followed), await problemLines(fresh));
    }),
    { numRuns: 60 },
  );
});
