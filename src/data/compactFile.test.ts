import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InstructError } from '../protocol/errors.ts';
import { compactFile } from './compactFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'compact-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'file.jsonl');

test('compacting leaves the newest line of each record, byte for byte', async () => {
  const kept = ['{"id":"b", "n":1.0}\r\n', 'not json\r\n', '{"id":"a","n":2}\r\n', '{"id":"e"}'];
  const [b, bad, a, e] = kept;
  const dropped = ['{"id":"a","n":1}\r\n', '{"id":"c"}\r\n', '{"id":"c","deleted":true}\r\n'];
  writeFileSync(path, [dropped[0], b, dropped[1], bad, a, dropped[2], e].join(''));
  const result = await compactFile(path);
  assert.equal(readFileSync(path, 'utf8'), kept.join(''));
  assert.equal(result.keptLines, 4);
  assert.equal(result.droppedLines, 3);
  assert.equal(result.bytesBefore - result.bytesAfter, dropped.join('').length);
  assert.deepEqual(readdirSync(folder), ['file.jsonl'], 'nothing is left beside it');
});

test('a file with nothing to drop is not touched', async () => {
  writeFileSync(path, '{"id":"a"}\n{"id":"b"}\n');
  assert.equal((await compactFile(path)).droppedLines, 0);
  assert.equal(readFileSync(path, 'utf8'), '{"id":"a"}\n{"id":"b"}\n');
});

test('a record that was deleted and written again stands', async () => {
  writeFileSync(path, '{"id":"a"}\n{"id":"a","deleted":true}\n{"id":"a","n":3}\n');
  await compactFile(path);
  assert.equal(readFileSync(path, 'utf8'), '{"id":"a","n":3}\n');
});

test('a missing file is an error', async () => {
  await assert.rejects(compactFile(join(folder, 'none.jsonl')), InstructError);
});
