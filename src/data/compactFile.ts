/** The one operation that rewrites a file of records: superseded and deleted lines are left out. */
import { open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InstructError } from '../protocol/errors.ts';
import { asInstructError, syncFolder } from './appendFile.ts';
import { withFileLock } from './fileLock.ts';
import { readLines } from './jsonlLines.ts';

/** What a compaction did, in lines and bytes. */
export interface Compacted {
  readonly keptLines: number;
  readonly droppedLines: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Leaves only the newest line of every id, and none of a deleted record. Lines that stay keep
 * their bytes and their order; lines that are no records stay too, because somebody may want to
 * mend them. The new file replaces the old one at once: a crash leaves one or the other, whole.
 *
 * Throws `InstructError` `disk-full` or `io-failed` with the file as it was.
 */
export async function compactFile(path: string): Promise<Compacted> {
  try {
    return await withFileLock(path, () => compactLocked(path));
  } catch (error) {
    throw asInstructError(error, path);
  }
}

interface Range {
  readonly offset: number;
  readonly bytes: number;
}

async function compactLocked(path: string): Promise<Compacted> {
  const before = await stat(path);
  const { kept, droppedLines } = await survivors(path);
  const bytesAfter = kept.reduce((sum, range) => sum + range.bytes, 0);
  const result = { keptLines: kept.length, droppedLines, bytesBefore: before.size, bytesAfter };
  if (droppedLines === 0) return result;

  const written = `${path}.compact`;
  try {
    const source = await open(path, 'r');
    try {
      const target = await open(written, 'w', before.mode);
      try {
        for (const range of joined(kept)) await copy(source, target, range);
        await target.sync();
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
    const after = await stat(path);
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
      throw new InstructError({
        code: 'io-failed',
        message: `"${path}" was changed by another program while it was being compacted; it was left as it is.`,
        remedy: 'Compact again when nothing else writes to the file.',
        place: { path },
      });
    }
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
  return result;
}

/** The lines to keep: the newest of each id unless it is a tombstone, and all that have no id. */
async function survivors(path: string): Promise<{ kept: Range[]; droppedLines: number }> {
  const newest = new Map<string, { line: number; deleted: boolean }>();
  const lines: { range: Range; line: number; id: string | null }[] = [];
  for await (const batch of readLines(path)) {
    for (const line of batch) {
      const found = line.type === 'text' ? idOf(line.text) : null;
      lines.push({
        range: { offset: line.offset, bytes: line.bytes },
        line: line.line,
        id: found?.id ?? null,
      });
      if (found !== null) newest.set(found.id, { line: line.line, deleted: found.deleted });
    }
  }
  const kept = lines.filter(({ id, line }) => {
    const last = id === null ? undefined : newest.get(id);
    return last === undefined || (last.line === line && !last.deleted);
  });
  return { kept: kept.map(({ range }) => range), droppedLines: lines.length - kept.length };
}

function idOf(text: string): { id: string; deleted: boolean } | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // a bad line: it stays where it is
  }
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  if (typeof value.id !== 'string') return null;
  return { id: value.id, deleted: 'deleted' in value && value.deleted === true };
}

function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    if (last !== undefined && last.offset + last.bytes === range.offset) {
      result[result.length - 1] = { offset: last.offset, bytes: last.bytes + range.bytes };
    } else result.push(range);
  }
  return result;
}

async function copy(source: FileHandle, target: FileHandle, range: Range): Promise<void> {
  const buffer = Buffer.allocUnsafe(256 * 1024);
  for (let done = 0; done < range.bytes;) {
    const length = Math.min(buffer.length, range.bytes - done);
    const { bytesRead } = await source.read(buffer, 0, length, range.offset + done);
    if (bytesRead === 0) throw new Error('the file became shorter while it was being read');
    await target.writeFile(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
}
