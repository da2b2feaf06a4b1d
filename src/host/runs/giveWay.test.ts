import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import process from 'node:process';
import { test } from 'node:test';
import { giveWay } from './giveWay.ts';

test('a detached process goes after the editor, and so does its session', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], {
    detached: true,
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const { pid } = child;
    assert.ok(pid !== undefined);
    const before = getPriority(pid);
    giveWay(pid);
    const now = getPriority(pid);
    assert.ok(now >= Math.max(5, before), `${now} after ${before}`);
    const session = `/proc/${pid}/autogroup`;
    if (existsSync(session)) {
      assert.equal(Number(/nice (-?\d+)$/m.exec(readFileSync(session, 'utf8'))?.[1]), now);
    }
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

test('a process that did not start, or has ended, is no error', () => {
  giveWay(undefined);
  giveWay(0x7fff_fff0);
});
