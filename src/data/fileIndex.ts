/** The index of one file of records, and how it follows the file as it grows or changes. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordKind } from '../protocol/records.ts';
import { makeEntry } from './entries.ts';
import type { EntryTypes, Interning } from './entries.ts';
import { Fingerprint } from './fingerprint.ts';
import { LongMap } from './longMap.ts';
import type { Problem } from './problem.ts';
import { readRecords } from './recordFile.ts';
import type { BadLine, RecordLine } from './recordFile.ts';

/**
 * What stands in one file. When the file is edited a new index takes its place; when it only grows
 * the new index goes on with the maps of the old one, which is then no longer to be used.
 */
export interface FileIndex<K extends RecordKind> {
  readonly kind: K;
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  /** The standing records by id, in the order in which their ids first appear. */
  readonly entries: LongMap<EntryTypes[K]>;
  /** Ids whose newest line is a tombstone. */
  readonly deleted: Set<string>;
  /** The problems of single lines, at most as many as the limit that was given. */
  readonly problems: readonly Problem[];
  /** How many problems there are in all. */
  readonly problemCount: number;
  /** How many lines were superseded by a newer one with their id, or deleted: what Compact frees. */
  readonly staleLines: number;
  /** The ids whose records changed since the index before, with what stood; null when all may have. */
  readonly touched: ReadonlyMap<string, EntryTypes[K] | undefined> | null;
  /** False when records that stood may have another place now: in a file that only grew, after a deletion. */
  readonly keepsOrder: boolean;
  /** Where reading goes on when the file has grown. */
  readonly resume: Resume;
}

interface Resume {
  readonly offset: number;
  readonly line: number;
  /** The last line, without a newline, was a record: it may still change, so read all again. */
  readonly openRecord: boolean;
  readonly fingerprint: Fingerprint;
  readonly stamp: Stamp;
}

/** What tells that a file is untouched. */
interface Stamp {
  readonly inode: bigint;
  readonly size: bigint;
  readonly modified: bigint;
}

/** How to read a file into an index. */
export interface ScanOptions {
  readonly projectDir: string;
  readonly interning: Interning;
  /** How many problems of a file are kept; the rest is counted only. */
  readonly problemLimit: number;
}

/**
 * Reads a file into an index. Given the index as it was: gives that back when the file is
 * untouched, reads only the new lines when it grew, and everything when it was edited. Null when
 * the file is gone. A file that cannot be read gives an index with that one problem.
 */
export async function scanFile<K extends RecordKind>(
  kind: K,
  file: string,
  before: FileIndex<K> | undefined,
  options: ScanOptions,
): Promise<FileIndex<K> | null> {
  const path = join(options.projectDir, file);
  let stamp: Stamp;
  try {
    stamp = await stampOf(path);
    if (before !== undefined && sameStamp(before.resume.stamp, stamp)) return before;
    return await read(kind, file, await grownFrom(before, path, stamp), stamp, options);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return error.code === 'ENOENT' ? null : unreadable(kind, file, error.message);
  }
}

async function stampOf(path: string): Promise<Stamp> {
  const { ino, size, mtimeNs } = await stat(path, { bigint: true });
  return { inode: ino, size, modified: mtimeNs };
}

function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.inode === b.inode && a.size === b.size && a.modified === b.modified;
}

/** The old index when the file still begins with what it has seen, else undefined. */
async function grownFrom<K extends RecordKind>(
  before: FileIndex<K> | undefined,
  path: string,
  stamp: Stamp,
): Promise<FileIndex<K> | undefined> {
  if (before === undefined || before.resume.openRecord) return undefined;
  const { fingerprint } = before.resume;
  if (stamp.size < BigInt(fingerprint.bytes)) return undefined;
  return (await fingerprint.matches(path)) ? before : undefined;
}

async function read<K extends RecordKind>(
  kind: K,
  file: string,
  before: FileIndex<K> | undefined,
  stamp: Stamp,
  options: ScanOptions,
): Promise<FileIndex<K>> {
  const building = new Building(kind, file, before, options);
  const from = { offset: before?.resume.offset ?? 0, line: before?.resume.line ?? 1 };
  const fingerprint = before?.resume.fingerprint.copy() ?? new Fingerprint();
  const reading = readRecords(join(options.projectDir, file), kind, {
    name: file,
    from,
    onBytes: (offset, bytes) => {
      fingerprint.add(offset, bytes);
    },
  });
  for await (const batch of reading) for (const item of batch) building.add(item);
  return building.finish(from, fingerprint, stamp);
}

class Building<K extends RecordKind> {
  private readonly entries: LongMap<EntryTypes[K]>;
  private readonly deleted: Set<string>;
  private readonly problems: Problem[];
  private problemCount: number;
  private staleLines: number;
  private readonly touched: Map<string, EntryTypes[K] | undefined> | null;
  /** What was read of a file that grew, in order; joins the maps only when all was read. */
  private readonly steps: { readonly id: string; readonly entry: EntryTypes[K] | null }[] = [];
  /** The last step of each id: an entry, null for a tombstone. */
  private readonly fresh = new Map<string, EntryTypes[K] | null>();
  private last: RecordLine<K> | BadLine | undefined;
  private readonly kind: K;
  private readonly file: string;
  private readonly options: ScanOptions;

  constructor(kind: K, file: string, before: FileIndex<K> | undefined, options: ScanOptions) {
    this.kind = kind;
    this.file = file;
    this.options = options;
    this.entries = before?.entries ?? new LongMap<EntryTypes[K]>();
    this.deleted = before?.deleted ?? new Set();
    // A broken-off last line is read again, and with it its problems come again.
    const start = before?.resume.line ?? 1;
    this.problems = (before?.problems ?? []).filter(({ line }) => line < start);
    const again = (before?.problems.length ?? 0) - this.problems.length;
    this.problemCount = (before?.problemCount ?? 0) - again;
    this.staleLines = before?.staleLines ?? 0;
    this.touched = before === undefined ? null : new Map();
  }

  add(item: RecordLine<K> | BadLine): void {
    this.last = item;
    if (item.type === 'bad') {
      this.problemCount += item.problems.length;
      const room = this.options.problemLimit - this.problems.length;
      this.problems.push(...item.problems.slice(0, Math.max(0, room)));
      return;
    }
    const { record } = item;
    if (this.stands(record.id)) this.staleLines += 1;
    if (record.deleted === true) {
      this.staleLines += 1;
      this.put(record.id, null);
      return;
    }
    const place = { file: this.file, line: item.line, offset: item.offset, bytes: item.bytes };
    this.put(record.id, makeEntry(this.kind, record, place, this.options.interning));
  }

  private stands(id: string): boolean {
    const fresh = this.fresh.get(id);
    return fresh === undefined ? this.entries.has(id) : fresh !== null;
  }

  /** A new file's maps are its own already; those of a file that grew wait for the end. */
  private put(id: string, entry: EntryTypes[K] | null): void {
    if (this.touched === null) {
      this.commit(id, entry);
      return;
    }
    this.fresh.set(id, entry);
    this.steps.push({ id, entry });
  }

  private commit(id: string, entry: EntryTypes[K] | null): void {
    if (entry === null) {
      this.entries.delete(id);
      this.deleted.add(id);
    } else {
      if (this.deleted.size > 0) this.deleted.delete(id);
      this.entries.set(id, entry);
    }
  }

  finish(
    from: { offset: number; line: number },
    fingerprint: Fingerprint,
    stamp: Stamp,
  ): FileIndex<K> {
    let keepsOrder = this.touched !== null;
    for (const { id, entry } of this.steps) {
      if (entry === null) keepsOrder = false;
      if (this.touched?.has(id) === false) this.touched.set(id, this.entries.get(id));
      this.commit(id, entry);
    }
    const { kind, file, entries, deleted, touched } = this;
    const { problems, problemCount, staleLines } = this;
    const last = this.last;
    const isOpen = last !== undefined && !last.terminated;
    const next = last === undefined ? from : after(last);
    const resume = {
      ...(isOpen ? { offset: last.offset, line: last.line } : next),
      openRecord: isOpen && last.type === 'record',
      fingerprint,
      stamp,
    };
    const bad = { problems, problemCount, staleLines };
    return { kind, file, entries, deleted, ...bad, touched, keepsOrder, resume };
  }
}

function after(item: { line: number; offset: number; bytes: number }): {
  offset: number;
  line: number;
} {
  return { offset: item.offset + item.bytes, line: item.line + 1 };
}

function unreadable<K extends RecordKind>(kind: K, file: string, reason: string): FileIndex<K> {
  const message = `the file cannot be read: ${reason}`;
  const problem = { path: file, line: 1, column: 1, endColumn: 1, message };
  return {
    kind,
    file,
    entries: new LongMap(),
    deleted: new Set(),
    problems: [{ ...problem, code: 'unreadable-file' }],
    problemCount: 1,
    staleLines: 0,
    touched: null,
    keepsOrder: false,
    resume: {
      offset: 0,
      line: 1,
      openRecord: true, // nothing is known of it: read all next time
      fingerprint: new Fingerprint(),
      stamp: { inode: -1n, size: -1n, modified: -1n },
    },
  };
}
