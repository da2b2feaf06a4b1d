/** The only writer of a project's records. */
import { join } from 'node:path';
import { InstructError } from '../protocol/errors.ts';
import type { RecordKind, RecordTypes } from '../protocol/records.ts';
import { appendLines } from './appendFile.ts';
import type { Appended } from './appendFile.ts';
import { compactFile } from './compactFile.ts';
import type { Compacted } from './compactFile.ts';
import { maxLineBytes } from './jsonlLines.ts';
import { checkRecord } from './recordFile.ts';
import { reviseLine } from './reviseLine.ts';

/** What an append to a file of the project did. */
export interface Saved extends Appended {
  /** The file, relative to the project, with forward slashes: what the dataset refreshes. */
  readonly file: string;
}

/** What a store is told of the world. */
export interface StoreOptions {
  /** The clock of the names of torn lines' files. */
  readonly now?: () => Date;
  /** Called after a torn last line was found and set aside, to tell the user. */
  readonly onRepair?: (saved: Saved) => void;
}

interface Waiting {
  readonly line: string;
  readonly resolve: (saved: Saved) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends records to the files of one project. A promise of this class resolves only when its
 * records are on disk. Appends to one file that come while another is being written are written
 * together, in the order of the calls, with one flush.
 */
export class RecordStore {
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly projectDir: string;
  private readonly options: StoreOptions;

  constructor(projectDir: string, options: StoreOptions = {}) {
    this.projectDir = projectDir;
    this.options = options;
  }

  /**
   * Appends one record, to `<kind>/<owner>.jsonl`. The owner is the labeler, the model, or for
   * prompts any name of a file. Throws `InstructError` `bad-record` when the record does not fit its
   * schema or is too long, `disk-full` or `io-failed` when it could not be saved: then nothing was.
   */
  append<K extends RecordKind>(kind: K, owner: string, record: RecordTypes[K]): Promise<Saved> {
    return this.appendLine(kind, recordFileOf(kind, owner), JSON.stringify(record));
  }

  /** Appends several records in one write; resolves to null when there are none. */
  async appendAll<K extends RecordKind>(
    kind: K,
    owner: string,
    records: readonly RecordTypes[K][],
  ): Promise<Saved | null> {
    const saved = await Promise.all(records.map((record) => this.append(kind, owner, record)));
    return saved.at(-1) ?? null;
  }

  /**
   * Appends a new version of the record in a line of a file: the old line's text with some fields
   * changed, so that fields unknown to this version survive. `deleted: true` makes a tombstone.
   */
  revise(
    kind: RecordKind,
    file: string,
    oldText: string,
    changes: Readonly<Record<string, unknown>>,
  ): Promise<Saved> {
    return this.appendLine(kind, file, reviseLine(oldText, changes));
  }

  /** Rewrites a file without superseded and deleted lines: see {@link compactFile}. */
  compact(file: string): Promise<Compacted> {
    return compactFile(join(this.projectDir, file));
  }

  private appendLine(kind: RecordKind, file: string, line: string): Promise<Saved> {
    const problem = lineProblem(kind, line);
    if (problem !== null) {
      const error = new InstructError({
        code: 'bad-record',
        message: `The record cannot be saved to "${file}": ${problem}.`,
        remedy: 'Correct the record, then save again.',
        place: { path: file },
      });
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      const entry = { line, resolve, reject };
      const queue = this.waiting.get(file);
      if (queue !== undefined) {
        queue.push(entry);
        return;
      }
      this.waiting.set(file, [entry]);
      void this.drain(file);
    });
  }

  /** Writes what waits for a file until nothing waits; never rejects. */
  private async drain(file: string): Promise<void> {
    await Promise.resolve(); // let the calls of the same turn come together
    for (;;) {
      const batch = this.waiting.get(file) ?? [];
      if (batch.length === 0) {
        this.waiting.delete(file);
        return;
      }
      this.waiting.set(file, []);
      try {
        const lines = batch.map(({ line }) => line);
        const appended = await appendLines(join(this.projectDir, file), lines, this.options.now);
        const saved = { ...appended, file };
        if (appended.repaired !== null) this.options.onRepair?.(saved);
        for (const { resolve } of batch) resolve(saved);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }
}

function lineProblem(kind: RecordKind, line: string): string | null {
  const check = checkRecord(kind, line);
  if (!check.ok) return check.issues.map(({ message }) => message).join('; ');
  const bytes = Buffer.byteLength(line) + 2;
  return bytes > maxLineBytes
    ? `it takes ${bytes} bytes, more than the ${maxLineBytes} of a line`
    : null;
}

/** The file of an owner's records of a kind, relative to the project, with forward slashes. */
export function recordFileOf(kind: RecordKind, owner: string): string {
  return `${kind}/${fileNameOf(owner)}.jsonl`;
}

/** A labeler's or a model's name as a file name that every system takes. */
export function fileNameOf(owner: string): string {
  const name = owner
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 100);
  // Names that Windows keeps for devices, and nothing at all.
  const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)?(?:\..*)?$/i.test(name);
  return reserved ? `_${name}` : name;
}
