/**
 * One process a run folder. `owner.lock` is created exclusively and names its owner;
 * `heartbeat.json` shows once a second that the owner lives. A lock whose owner is gone is taken
 * over; an owner that finds itself replaced (it was suspended, say) stops writing.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { InstructError } from '../protocol/errors.ts';
import { heartbeatSchema, heartbeatStaleMs, runFiles, type Heartbeat } from '../protocol/run.ts';
import { writeAll } from './atomicFile.ts';
import { HeartbeatThread } from './heartbeat.ts';

const lockName = 'owner.lock';

const ownerSchema = z.object({
  pid: z.int(),
  startedAt: z.number(),
  token: z.string(),
  host: z.string(),
});
type Owner = z.infer<typeof ownerSchema>;

/** Holds a run folder for this process. */
export class Ownership {
  private readonly folder: string;
  private readonly owner: Owner;
  private readonly heartbeat: HeartbeatThread;

  private constructor(folder: string, clock: () => number, owner: Owner) {
    this.folder = folder;
    this.owner = owner;
    const { pid, startedAt, token } = owner;
    const path = join(folder, runFiles.heartbeat);
    this.heartbeat = new HeartbeatThread(path, { pid, startedAt, token }, clock);
  }

  /**
   * Takes the folder for this process and starts the heartbeat.
   * @throws InstructError `run-is-live` when a living process holds it.
   */
  static acquire(folder: string, clock: () => number): Ownership {
    const owner: Owner = {
      pid: process.pid,
      startedAt: Math.round(performance.timeOrigin),
      token: randomBytes(8).toString('hex'),
      host: hostname(),
    };
    for (let attempt = 0; attempt < 20; attempt++) {
      if (createLock(folder, owner)) return new Ownership(folder, clock, owner);
      const holder = readOwner(folder);
      if (isLive(folder, holder, clock())) throw runIsLive(folder, holder);
      breakLock(folder, holder);
    }
    throw runIsLive(folder, readOwner(folder));
  }

  /**
   * Makes sure that this process still holds the folder and that its heart beats.
   * @throws InstructError `run-is-live` when another process has taken over, `io-failed` when the
   * heartbeat cannot be written, `disk-full` when that is why.
   */
  check(): void {
    const holder = readOwner(this.folder);
    if (holder?.token !== this.owner.token) throw runIsLive(this.folder, holder);
    const { problem } = this.heartbeat;
    if (problem === null) return;
    const full = /ENOSPC|EDQUOT/.test(problem);
    throw new InstructError({
      code: full ? 'disk-full' : 'io-failed',
      message: `${join(this.folder, runFiles.heartbeat)}: ${problem}.`,
      remedy: full
        ? 'Free some disk space, then resume the run.'
        : 'Check the folder and its permissions, then resume the run.',
      place: { path: this.folder },
    });
  }

  /** Stops the heartbeat and gives the folder back. */
  async release(): Promise<void> {
    await this.heartbeat.stop();
    if (readOwner(this.folder)?.token !== this.owner.token) return;
    rmSync(join(this.folder, runFiles.heartbeat), { force: true });
    rmSync(join(this.folder, lockName), { force: true });
  }
}

/** The heartbeat of a run folder, or null when there is none that can be read. */
export function readHeartbeat(folder: string): Heartbeat | null {
  return readJson(join(folder, runFiles.heartbeat), heartbeatSchema);
}

/** Whether a process with this id exists on this machine. */
export function pidAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isLive(folder: string, holder: Owner | null, now: number): boolean {
  const path = join(folder, lockName);
  const lockAgeMs = now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity);
  if (holder === null) return lockAgeMs < heartbeatStaleMs; // its owner is just writing it
  if (holder.host === hostname() && !pidAlive(holder.pid)) return false;
  const beat = readHeartbeat(folder);
  if (beat?.token !== holder.token) return lockAgeMs < heartbeatStaleMs; // no beat yet
  return now - beat.beatAt < heartbeatStaleMs;
}

function createLock(folder: string, owner: Owner): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(join(folder, lockName), 'wx');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeAll(descriptor, Buffer.from(JSON.stringify(owner)));
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Removes a dead owner's lock, unless another process has replaced it in the meantime. */
function breakLock(folder: string, dead: Owner | null): void {
  const path = join(folder, lockName);
  const aside = `${path}.${randomBytes(4).toString('hex')}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  const taken = readJson(aside, ownerSchema);
  if (taken !== null && taken.token !== dead?.token) {
    createLock(folder, taken); // it was a new owner's after all
  }
  rmSync(aside, { force: true });
}

function readOwner(folder: string): Owner | null {
  return readJson(join(folder, lockName), ownerSchema);
}

function readJson<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null; // missing, or caught while it was being written
  }
}

function runIsLive(folder: string, holder: Owner | null): InstructError {
  const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return new InstructError({
    code: 'run-is-live',
    message: `${basename(folder)}: the run is already held by ${who}.`,
    remedy: 'Watch it, or stop it first.',
    place: { path: folder },
  });
}
