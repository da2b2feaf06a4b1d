/**
 * The durable end of the dataset: whole lines to the end of a file, on disk before the call
 * returns, or not at all. A last line that was torn by a power cut is set aside first.
 */
import { mkdir, open, rm, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { InstructError } from '../protocol/errors.ts';
import { withFileLock } from './fileLock.ts';
import { maxLineBytes } from './jsonlLines.ts';
import { breaksOff } from './tornLine.ts';

/** A torn last line that was cut off the file, after its bytes were saved beside it. */
export interface TornLine {
  /** The file that now holds the bytes: `<file>.torn-<time>`. */
  readonly savedTo: string;
  /** How many bytes they were. */
  readonly bytes: number;
}

/** What an append did. */
export interface Appended {
  /** Where the first new line begins, in bytes. */
  readonly offset: number;
  /** How many bytes the new lines take. */
  readonly bytes: number;
  /** The torn line that was found and set aside, or null. */
  readonly repaired: TornLine | null;
}

/**
 * Appends lines (without newlines) in one write and flushes them to disk. Folder and file are made
 * where they are missing; the file's own line ending is kept. Safe against other processes that
 * append in the same way. `now` gives the time in the name of a torn line's file.
 *
 * Throws `InstructError` `disk-full` or `io-failed` when not everything could be written; the file
 * is then as it was before.
 */
export async function appendLines(
  path: string,
  lines: readonly string[],
  now: () => Date = () => new Date(),
): Promise<Appended> {
  try {
    await makeFolder(dirname(path));
    return await withFileLock(path, () => appendLocked(path, lines, now));
  } catch (error) {
    throw asInstructError(error, path);
  }
}

async function appendLocked(
  path: string,
  lines: readonly string[],
  now: () => Date,
): Promise<Appended> {
  const { handle, created } = await openForAppend(path);
  let start = 0;
  try {
    const tail = await readTail(handle);
    const repaired = tail.torn === null ? null : await setAside(path, tail.torn, tail.end, now());
    start = tail.end;
    const bytes = Buffer.from(
      tail.unfinished + lines.map((line) => line + tail.ending).join(''),
      'utf8',
    );
    try {
      await writeAll(handle, bytes);
      await handle.sync();
      if (start === 0) await syncFolder(dirname(path));
    } catch (error) {
      // Take back what was half-written, unless somebody else's bytes follow it.
      const { size } = await handle.stat();
      if (size > start && size <= start + bytes.length) await truncate(path, start);
      throw error;
    }
    const prefix = Buffer.byteLength(tail.unfinished);
    return { offset: start + prefix, bytes: bytes.length - prefix, repaired };
  } catch (error) {
    if (created && start === 0) await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function openForAppend(path: string): Promise<{ handle: FileHandle; created: boolean }> {
  try {
    return { handle: await open(path, 'ax+'), created: true };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return { handle: await open(path, 'a+'), created: false };
  }
}

/** One write; only where the system took part of it, the rest follows or says why not. */
async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const result = await handle.write(bytes, written, bytes.length - written);
    if (result.bytesWritten === 0) throw new Error('the system wrote nothing');
    written += result.bytesWritten;
  }
}

interface Tail {
  /** The size of the file without a torn last line. */
  readonly end: number;
  /** The torn bytes that stand after `end`, or null. */
  readonly torn: Buffer | null;
  /** What must be written first to end a whole last line: its line ending, or nothing. */
  readonly unfinished: string;
  /** The file's line ending. */
  readonly ending: '\n' | '\r\n';
}

/** Looks at the end of a file: its line ending, and whether its last line is whole. */
async function readTail(handle: FileHandle): Promise<Tail> {
  const { size } = await handle.stat();
  let tail = Buffer.alloc(0); // the bytes from the last but one newline on, or all
  for (let from = size; from > 0 && tail.length <= maxLineBytes;) {
    const length = Math.min(from, Math.max(64 * 1024, tail.length));
    from -= length;
    const block = Buffer.alloc(length);
    await handle.read(block, 0, length, from);
    tail = Buffer.concat([block, tail]);
    if (tail.lastIndexOf(0x0a) > 0) break;
  }
  const newline = tail.lastIndexOf(0x0a);
  const ending = newline > 0 && tail[newline - 1] === 0x0d ? '\r\n' : '\n';
  const last = tail.subarray(newline + 1);
  if (last.length === 0) return { end: size, torn: null, unfinished: '', ending };
  if (last.length <= maxLineBytes && breaksOff(last.toString('latin1'))) {
    return { end: size - last.length, torn: Buffer.from(last), unfinished: '', ending };
  }
  const isMark = newline === -1 && last.equals(Buffer.from([0xef, 0xbb, 0xbf]));
  const unfinished = isMark ? '' : last.at(-1) === 0x0d ? '\n' : ending;
  return { end: size, torn: null, unfinished, ending };
}

/** Saves a torn line's bytes beside the file, and only then cuts them off. */
async function setAside(path: string, torn: Buffer, end: number, time: Date): Promise<TornLine> {
  const stamp = time.toISOString().replace(/[-:]/g, '');
  for (let attempt = 1; ; attempt++) {
    const savedTo = `${path}.torn-${stamp}${attempt === 1 ? '' : `-${attempt}`}`;
    const { handle, created } = await openForAppend(savedTo);
    try {
      if (!created) continue;
      await writeAll(handle, torn);
      await handle.sync();
    } catch (error) {
      await rm(savedTo, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    await syncFolder(dirname(path));
    await truncate(path, end);
    return { savedTo, bytes: torn.length };
  }
}

/** Makes a folder and those above it, and puts their names on disk. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; ; made = dirname(made)) {
    await syncFolder(dirname(made));
    if (made === first || made === dirname(made)) return;
  }
}

/** Puts a folder's list of names on disk; Windows does that by itself and refuses the call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Turns a failure to write into one that says which file, and that nothing was saved. */
export function asInstructError(error: unknown, path: string): InstructError {
  if (error instanceof InstructError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = error instanceof Error ? error.message : String(error);
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code);
  return new InstructError(
    {
      code: full ? 'disk-full' : 'io-failed',
      message: `Could not save to "${basename(dirname(path))}/${basename(path)}": ${reason}. Nothing was written.`,
      remedy: full
        ? 'Free some disk space, then save again.'
        : 'Check that the file and its folder can be written, then save again.',
      place: { path },
    },
    { cause: error },
  );
}
