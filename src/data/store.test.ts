import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InstructError } from '../protocol/errors.ts';
import { fileNameOf, RecordStore } from './store.ts';
import type { Saved } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-'));
after(() => {
  rmSync(folder, { recursive: true });
});

test('appends that come together are written in the order of the calls', async () => {
  const store = new RecordStore(folder);
  const saved = await Promise.all(
    Array.from({ length: 500 }, (_, n) =>
      store.append('prompts', 'all', { id: `p${String(n)}`, prompt: 'x' }),
    ),
  );
  assert.ok(saved.every(({ file }) => file === 'prompts/all.jsonl'));
  const ids = readFileSync(join(folder, 'prompts/all.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  assert.deepEqual(
    ids,
    Array.from({ length: 500 }, (_, n) => `p${String(n)}`),
  );
});

test('a record that does not fit its schema is refused and nothing is written', async () => {
  const store = new RecordStore(folder);
  const bad = { id: 'd1', promptId: '', completion: 'x', labeler: 'ben' };
  await assert.rejects(store.append('demonstrations', 'ben', bad), (error) => {
    assert.ok(error instanceof InstructError);
    assert.equal(error.code, 'bad-record');
    assert.match(error.message, /demonstrations\/ben\.jsonl.*promptId: expected a text/);
    return true;
  });
  assert.equal(existsSync(join(folder, 'demonstrations')), false);
});

test('a record that no reader would take for its length is refused', async () => {
  const store = new RecordStore(folder);
  const long = { id: 'p', prompt: 'x'.repeat(16 * 1024 * 1024) };
  await assert.rejects(store.append('prompts', 'long', long), /bytes, more than/);
});

test('a revision supersedes by its id and keeps what this version does not know', async () => {
  const store = new RecordStore(folder);
  const old = '{"myField":[1.0],"id":"p1","prompt":"x"}';
  await store.revise('prompts', 'prompts/r.jsonl', old, { split: 'test' });
  assert.equal(
    readFileSync(join(folder, 'prompts/r.jsonl'), 'utf8'),
    '{"myField":[1.0],"id":"p1","prompt":"x","split":"test"}\n',
  );
});

test('a torn line that was set aside is reported', async () => {
  mkdirSync(join(folder, 'prompts'), { recursive: true });
  writeFileSync(join(folder, 'prompts/torn.jsonl'), '{"id":"a","prompt":"x"}\n{"id":"b"');
  const repaired: Saved[] = [];
  const store = new RecordStore(folder, {
    now: () => new Date('2026-01-02T03:04:05Z'),
    onRepair: (saved) => repaired.push(saved),
  });
  await store.append('prompts', 'torn', { id: 'c', prompt: 'z' });
  assert.deepEqual(
    repaired.map(({ file, repaired: torn }) => [file, torn?.savedTo, torn?.bytes]),
    [['prompts/torn.jsonl', join(folder, 'prompts/torn.jsonl.torn-20260102T030405.000Z'), 9]],
  );
});

test('names of labelers and models become file names that every system takes', () => {
  assert.equal(fileNameOf('anna'), 'anna');
  assert.equal(fileNameOf('runs/sft-1/model'), 'runs-sft-1-model');
  assert.equal(fileNameOf('Žofie K.'), 'Žofie-K');
  assert.equal(fileNameOf('../../etc/passwd'), 'etc-passwd');
  assert.equal(fileNameOf('CON'), '_CON');
  assert.equal(fileNameOf('???'), '_');
});
