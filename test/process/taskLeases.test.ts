/** Two windows are two processes: they never get one task. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const window_ = path.join(import.meta.dirname, 'fixtures/claimTasks.ts');
const tasks = 24;

test('of tasks that four processes want at once, each gets its own', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'leases-'));
  t.after(() => rm(folder, { recursive: true }));
  const windows = await Promise.all(
    ['one', 'two', 'three', 'four'].map(async (name) => {
      const argv = [window_, folder, name, String(tasks)];
      const { stdout } = await promisify(execFile)(process.execPath, argv);
      return stdout.split('\n').filter((line) => line !== '');
    }),
  );
  const all = windows.flat();
  assert.equal(new Set(all).size, all.length, 'no task was given twice');
  assert.equal(all.length, tasks, 'every task was given');
});
