/**
 * A lock file beside a data file: one writer at a time, across processes and machines.
 *
 * Appends with O_APPEND do not overwrite each other, but the repair of a torn last line cuts the
 * file, and must never cut a record that another process is writing at that moment. So every
 * writer takes this lock, for the milliseconds that a write takes.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { InstructError } from '../protocol/errors.ts';

/** Limits of the waiting, in milliseconds. */
export interface LockLimits {
  /** A lock that one holder has held this long was left behind (10,000 when absent). */
  readonly staleMs?: number;
  /** Give up after this long (30,000 when absent). */
  readonly timeoutMs?: number;
}

/** A lock is empty for the microseconds of its making, or because its maker was killed then. */
const emptyMs = 500;

/** The name of the lock of a file. */
export function lockPathOf(path: string): string {
  return `${path}.lock`;
}

/**
 * Does the work while holding `<path>.lock`, and removes the lock whatever comes of the work. A
 * lock whose process on this machine is gone is broken at once, any other after `staleMs`. Throws
 * `InstructError('io-failed')`, with nothing done, when the lock cannot be had within `timeoutMs`.
 */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  limits: LockLimits = {},
): Promise<T> {
  const lock = lockPathOf(path);
  const ticket = await acquire(lock, limits);
  try {
    return await work();
  } finally {
    await removeIfUnchanged(lock, ticket);
  }
}

async function acquire(lock: string, limits: LockLimits): Promise<string> {
  const { staleMs = 10_000, timeoutMs = 30_000 } = limits;
  const ticket = JSON.stringify({ pid: process.pid, host: hostname(), token: randomUUID() });
  const start = performance.now();
  let seen = { ticket: '', since: start };
  for (let attempt = 0; ; attempt++) {
    if (await create(lock, ticket)) return ticket;
    const now = performance.now();
    const holder = await readOrNull(lock);
    if (holder === null) continue; // just released
    // The age is measured by this process's own clock: file times of a network drive may be off.
    if (holder !== seen.ticket) seen = { ticket: holder, since: now };
    const patienceMs = holder === '' ? Math.min(staleMs, emptyMs) : staleMs;
    if (now - seen.since > patienceMs || isGone(holder)) {
      await breakLock(lock, holder);
      continue;
    }
    if (now - start > timeoutMs) {
      throw new InstructError({
        code: 'io-failed',
        message: `Another process keeps "${lock}" locked (${holder}); nothing was written.`,
        remedy: 'Try again; if no other window or run uses this project, delete that lock file.',
        place: { path: lock },
      });
    }
    // Waiters of different processes step differently, so that they do not meet again and again.
    await sleep(Math.min(1 + attempt, 10) + (process.pid % 5));
  }
}

/** Creates a file with a content unless it exists; false when it does. */
async function create(path: string, content: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(content);
    } catch (error) {
      await rm(path, { force: true }); // a full disk leaves no empty lock behind
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** True when the holder was a process of this machine that no longer runs. */
function isGone(ticket: string): boolean {
  const match = /^\{"pid":(\d+),"host":"(.*)","token":"[^"]*"\}$/.exec(ticket);
  if (match === null || match[2] !== hostname()) return false;
  try {
    process.kill(Number(match[1]), 0);
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

/**
 * Removes a lock that was left behind. Two processes may come to that conclusion together, and the
 * slower must not remove the lock that the faster has made since: a second file guards the removal.
 */
async function breakLock(lock: string, holder: string): Promise<void> {
  const guard = `${lock}.break`;
  if (await create(guard, '')) {
    try {
      await removeIfUnchanged(lock, holder);
    } finally {
      await rm(guard, { force: true });
    }
    return;
  }
  const made = await stat(guard).catch(() => null);
  if (made !== null && Date.now() - made.mtimeMs > 60_000) await rm(guard, { force: true });
  await sleep(2);
}

async function removeIfUnchanged(lock: string, ticket: string): Promise<void> {
  if ((await readOrNull(lock)) === ticket) await rm(lock, { force: true });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
