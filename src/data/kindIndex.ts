/** All records of one kind, over all files of its folder. */
import { setImmediate as turn } from 'node:timers/promises';
import type { RecordKind } from '../protocol/records.ts';
import type { EntryTypes } from './entries.ts';
import type { FileIndex } from './fileIndex.ts';
import { LongMap } from './longMap.ts';

/** How many records are taken in before the event loop has its turn: a few milliseconds' worth. */
const idsPerTurn = 2000;

/**
 * Joins the indexes of a kind's files. Where two files have a record with the same id, the one
 * whose file name comes first stands, the others are duplicates. `onChange` is told of every
 * entry that comes to stand or ceases to.
 */
export class KindIndex<K extends RecordKind> {
  private readonly byFile = new Map<string, FileIndex<K>>();
  private readonly standing = new LongMap<EntryTypes[K]>();
  private duplicates = 0;
  private readonly onChange: (entry: EntryTypes[K], by: 1 | -1) => void;

  constructor(onChange: (entry: EntryTypes[K], by: 1 | -1) => void) {
    this.onChange = onChange;
  }

  /** The number of standing records. */
  get size(): number {
    return this.standing.size;
  }

  /** The standing record with an id. */
  get(id: string): EntryTypes[K] | undefined {
    return this.standing.get(id);
  }

  /** The standing records by file name, and in a file in the order in which they first appear. */
  *entries(): Generator<EntryTypes[K], void, undefined> {
    for (const { entries } of this.files()) {
      for (const entry of entries.values()) {
        if (this.duplicates === 0 || this.standing.get(entry.id) === entry) yield entry;
      }
    }
  }

  /** The files' indexes by file name. */
  files(): FileIndex<K>[] {
    return [...this.byFile.values()].sort((a, b) => compare(a.file, b.file));
  }

  /** The index of a file, if there is one. */
  file(name: string): FileIndex<K> | undefined {
    return this.byFile.get(name);
  }

  /** True when the newest line about an id says that it was deleted. */
  isDeleted(id: string): boolean {
    return [...this.byFile.values()].some(({ deleted }) => deleted.has(id));
  }

  /**
   * Puts a file's new index in the place of its old one; null when the file is gone. Lets the
   * event loop go now and then. One call at a time.
   */
  async replace(file: string, next: FileIndex<K> | null): Promise<void> {
    const before = this.byFile.get(file);
    if (before === next || (before === undefined && next === null)) return;
    if (next === null) this.byFile.delete(file);
    else this.byFile.set(file, next);
    let done = 0;
    for (const { id, stood, stands } of changesBetween(before, next)) {
      this.change(id, file, stood, stands);
      if (++done % idsPerTurn === 0) await turn();
    }
  }

  private change(
    id: string,
    file: string,
    before: EntryTypes[K] | undefined,
    next: EntryTypes[K] | undefined,
  ): void {
    const stands = this.standing.get(id);
    if (stands === undefined && next !== undefined) {
      this.standing.set(id, next);
      this.onChange(next, 1);
      return;
    }
    if (stands === undefined || (stands.file === file && this.duplicates === 0)) {
      this.stand(id, next);
      return;
    }
    const others = [...this.byFile.values()]
      .filter((index) => index.file !== file)
      .map(({ entries }) => entries.get(id))
      .filter((entry) => entry !== undefined);
    if (others.length > 0) {
      this.duplicates += (next === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    }
    const all = next === undefined ? others : [...others, next];
    this.stand(id, all.sort((a, b) => compare(a.file, b.file)).at(0));
  }

  private stand(id: string, entry: EntryTypes[K] | undefined): void {
    const stands = this.standing.get(id);
    if (stands === entry) return;
    if (stands !== undefined) this.onChange(stands, -1);
    if (entry === undefined) this.standing.delete(id);
    else {
      this.standing.set(id, entry);
      this.onChange(entry, 1);
    }
  }
}

/** What one file says of an id, before and after. */
interface Change<E> {
  readonly id: string;
  readonly stood: E | undefined;
  readonly stands: E | undefined;
}

function* changesBetween<K extends RecordKind>(
  before: FileIndex<K> | undefined,
  next: FileIndex<K> | null,
): Generator<Change<EntryTypes[K]>, void, undefined> {
  if (next !== null && next.touched !== null) {
    for (const [id, stood] of next.touched) yield { id, stood, stands: next.entries.get(id) };
    return;
  }
  for (const [id, stood] of before?.entries ?? [])
    if (next?.entries.has(id) !== true) yield { id, stood, stands: undefined };
  for (const [id, stands] of next?.entries ?? [])
    yield { id, stood: before?.entries.get(id), stands };
}

/** Orders names by code units: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
