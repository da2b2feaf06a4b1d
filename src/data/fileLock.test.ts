import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InstructError } from '../protocol/errors.ts';
import { lockPathOf, withFileLock } from './fileLock.ts';

const folder = mkdtempSync(join(tmpdir(), 'lock-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'file.jsonl');
const lock = lockPathOf(path);

test('two holders never overlap, and the lock is gone afterwards', async () => {
  let holders = 0;
  let most = 0;
  const hold = (): Promise<void> =>
    withFileLock(path, async () => {
      holders += 1;
      most = Math.max(most, holders);
      await sleep(5);
      holders -= 1;
    });
  await Promise.all([hold(), hold(), hold(), hold()]);
  assert.equal(most, 1);
  assert.equal(existsSync(lock), false);
});

test('the lock is released when the work fails', async () => {
  await assert.rejects(
    withFileLock(path, () => Promise.reject(new Error('no'))),
    /^Error: no$/,
  );
  assert.equal(existsSync(lock), false);
});

test('the lock of a process that is gone is broken at once', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(lock, JSON.stringify({ pid, host: hostname(), token: 'x' }));
  const start = performance.now();
  await withFileLock(path, () => Promise.resolve());
  assert.ok(performance.now() - start < 2000);
});

test('a lock of another machine is broken only when it was held too long', async () => {
  writeFileSync(lock, JSON.stringify({ pid: 1, host: 'elsewhere', token: 'x' }));
  const start = performance.now();
  await withFileLock(path, () => Promise.resolve(), { staleMs: 100 });
  assert.ok(performance.now() - start >= 100);
});

test('a live holder is waited for, and named when it does not let go', async () => {
  const ticket = JSON.stringify({ pid: process.pid, host: hostname(), token: 'x' });
  writeFileSync(lock, ticket);
  await assert.rejects(
    withFileLock(path, () => Promise.resolve(), { timeoutMs: 60 }),
    (error) => {
      assert.ok(error instanceof InstructError);
      assert.equal(error.code, 'io-failed');
      assert.ok(error.message.includes(lock));
      return true;
    },
  );
  assert.equal(readFileSync(lock, 'utf8'), ticket, "another's lock is left alone");
  rmSync(lock);
});
