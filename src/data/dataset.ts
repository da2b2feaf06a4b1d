/** The index of a project's records: built by streaming, kept up to date file by file. */
import { readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { InstructError } from '../protocol/errors.ts';
import { recordKinds } from '../protocol/records.ts';
import type { RecordKind } from '../protocol/records.ts';
import { DatasetCounter } from './counts.ts';
import type { DatasetCounts } from './counts.ts';
import { isAfter } from './entries.ts';
import type {
  CompletionEntry,
  DemonstrationEntry,
  EntryPlace,
  EntryTypes,
  Interning,
  PromptEntry,
  RankingEntry,
} from './entries.ts';
import { scanFile } from './fileIndex.ts';
import { KindIndex } from './kindIndex.ts';
import { LabelStates } from './labelStates.ts';
import type { LabelState } from './labelStates.ts';
import type { Problem } from './problem.ts';
import { datasetProblems } from './datasetProblems.ts';
import { readPlace } from './readPlace.ts';
import { checkRecord, kindOfFile } from './recordFile.ts';
import type { RecordLine } from './recordFile.ts';

/** How to open a dataset. */
export interface DatasetOptions {
  /** How many problems of one file are kept (1,000 when absent); all are counted. */
  readonly problemLimit?: number;
}

type KindIndexes = { readonly [K in RecordKind]: KindIndex<K> };

/**
 * The records of a project folder, as they stand: newest version of each, without deleted ones.
 * It owns nothing but memory. Texts of prompts, demonstrations and completions are held; every
 * other detail is read back from disk by {@link readRecord}.
 */
export class Dataset {
  readonly projectDir: string;
  private readonly problemLimit: number;
  private readonly indexes: KindIndexes;
  private readonly counter = new DatasetCounter();
  private readonly names = new Map<string, string>();
  private readonly interning: Interning = {
    name: (text) => this.name(text),
    promptId: (id) => this.promptById(id)?.id ?? this.name(id),
    completionId: (id) => this.completionById(id)?.id ?? this.name(id),
  };
  private readonly demonstrationsByPrompt = new Map<string, DemonstrationEntry[]>();
  private readonly completionsByPrompt = new Map<string, CompletionEntry[]>();
  private readonly rankingsByPrompt = new Map<string, RankingEntry[]>();
  private readonly states: LabelStates;
  private changes = 0;
  /** False while nobody has seen a list of this dataset yet. */
  private opened = false;
  private refreshing: Promise<unknown> = Promise.resolve();
  /** Refreshes that have not begun yet, by file: who asks for one of them again gets that one. */
  private readonly waiting = new Map<string | undefined, Promise<boolean>>();

  private constructor(projectDir: string, options: DatasetOptions) {
    this.projectDir = projectDir;
    this.problemLimit = options.problemLimit ?? 1000;
    this.states = new LabelStates({
      prompts: () => this.entries('prompts'),
      promptById: (id) => this.promptById(id),
      completionsOf: (promptId) => this.completionsOf(promptId),
      demonstrationsOf: (promptId) => this.demonstrationsOf(promptId),
      rankingsOf: (promptId) => this.rankingsOf(promptId),
    });
    this.indexes = {
      prompts: new KindIndex<'prompts'>((entry, by) => {
        this.counter.prompt(entry, by);
        this.states.changedAt(entry.id);
      }),
      demonstrations: new KindIndex<'demonstrations'>((entry, by) => {
        this.counter.demonstration(entry, by);
        link(this.demonstrationsByPrompt, entry, by, this.opened);
        this.states.changedAt(entry.promptId);
      }),
      completions: new KindIndex<'completions'>((entry, by) => {
        this.counter.completion(entry, by);
        link(this.completionsByPrompt, entry, by, this.opened);
        this.states.changedAt(entry.promptId);
      }),
      rankings: new KindIndex<'rankings'>((entry, by) => {
        this.counter.ranking(entry, by);
        link(this.rankingsByPrompt, entry, by, this.opened);
        this.states.changedAt(entry.promptId);
      }),
    };
  }

  /** Reads all records of a project folder. Folders that are missing hold no records. */
  static async open(projectDir: string, options: DatasetOptions = {}): Promise<Dataset> {
    const dataset = new Dataset(projectDir, options);
    await dataset.refresh();
    dataset.opened = true;
    return dataset;
  }

  /** Grows by one with every change that a refresh found. */
  get version(): number {
    return this.changes;
  }

  /**
   * Takes in what changed on disk: of one file (absolute, or relative to the project), or of all.
   * An untouched file costs one look, a file that grew its new lines. True when anything changed.
   * Calls are taken one after another. The event loop is let go often, so that while a large file
   * is taken in, some of its records may stand already and others not yet.
   */
  refresh(file?: string): Promise<boolean> {
    const waiting = this.waiting.get(file);
    if (waiting !== undefined) return waiting;
    const turn = this.refreshing.then(() => {
      this.waiting.delete(file);
      return this.refreshNow(file);
    });
    this.waiting.set(file, turn);
    this.refreshing = turn.catch(() => undefined); // the caller has the failure; the next goes on
    return turn;
  }

  /** The standing prompt with an id. */
  promptById(id: string): PromptEntry | undefined {
    return this.indexes.prompts.get(id);
  }

  /** The standing demonstration with an id. */
  demonstrationById(id: string): DemonstrationEntry | undefined {
    return this.indexes.demonstrations.get(id);
  }

  /** The standing completion with an id. */
  completionById(id: string): CompletionEntry | undefined {
    return this.indexes.completions.get(id);
  }

  /** The standing ranking with an id. */
  rankingById(id: string): RankingEntry | undefined {
    return this.indexes.rankings.get(id);
  }

  /** The demonstrations of a prompt, by file and line. */
  demonstrationsOf(promptId: string): readonly DemonstrationEntry[] {
    return this.demonstrationsByPrompt.get(promptId) ?? [];
  }

  /** The completions of a prompt, by file and line. */
  completionsOf(promptId: string): readonly CompletionEntry[] {
    return this.completionsByPrompt.get(promptId) ?? [];
  }

  /** The rankings of a prompt, skipped ones too, by file and line. */
  rankingsOf(promptId: string): readonly RankingEntry[] {
    return this.rankingsByPrompt.get(promptId) ?? [];
  }

  /** The standing records of a kind, in an order that depends on the files alone. */
  entries<K extends RecordKind>(kind: K): Iterable<EntryTypes[K]> {
    return this.index(kind).entries();
  }

  /** The files of a kind, by name. */
  files(kind: RecordKind): string[] {
    return this.index(kind)
      .files()
      .map(({ file }) => file);
  }

  /** How far labeling is with each prompt, in the order of the files. Cheap after a small change. */
  labelStates(): readonly LabelState[] {
    return this.states.all();
  }

  /** How many records stand, by everything that is worth counting. */
  counts(): DatasetCounts {
    return this.counter.counts();
  }

  /** How many lines are bad. Cheap: without the problems between records. */
  badLineProblems(): number {
    return recordKinds
      .flatMap((kind) =>
        this.index(kind)
          .files()
          .map(({ problemCount }) => problemCount),
      )
      .reduce((sum, count) => sum + count, 0);
  }

  /** How many lines of a file Compact would free. */
  staleLines(file: string): number {
    const kind = kindOfFile(file);
    return kind === null ? 0 : (this.index(kind).file(file)?.staleLines ?? 0);
  }

  /**
   * Every problem of the records, file by file and by line: bad lines, then what is wrong between
   * records. Yields to the event loop often.
   */
  problems(): AsyncGenerator<Problem, void, undefined> {
    return datasetProblems({
      projectDir: this.projectDir,
      problemLimit: this.problemLimit,
      index: (kind) => this.index(kind),
    });
  }

  /**
   * The whole record of an entry, read back from disk. Throws `InstructError('bad-record')` when
   * the file has changed under the entry: refresh, then ask again.
   */
  async readRecord<K extends RecordKind>(
    kind: K,
    entry: EntryPlace & { readonly id: string },
  ): Promise<RecordLine<K>> {
    const text = await readPlace(join(this.projectDir, entry.file), entry);
    const check = checkRecord(kind, text);
    if (!check.ok || check.value.id !== entry.id) {
      throw new InstructError({
        code: 'bad-record',
        message: `"${entry.id}" no longer stands in line ${entry.line} of "${entry.file}".`,
        remedy: 'The file was changed meanwhile: refresh the dataset and try again.',
        place: { path: entry.file, line: entry.line },
      });
    }
    const { line, offset, bytes } = entry;
    return { type: 'record', record: check.value, text, line, offset, bytes, terminated: true };
  }

  private index<K extends RecordKind>(kind: K): KindIndex<K> {
    return this.indexes[kind];
  }

  private async refreshNow(file: string | undefined): Promise<boolean> {
    const before = this.changes;
    if (file === undefined) {
      for (const kind of recordKinds) {
        const known = this.files(kind);
        const found = await filesOf(this.projectDir, kind);
        for (const name of new Set([...found, ...known].sort())) await this.take(kind, name);
      }
    } else {
      const path = resolve(this.projectDir, file);
      const name = relative(this.projectDir, path).replaceAll(sep, '/');
      const kind = kindOfFile(name);
      if (kind !== null) await this.take(kind, name);
    }
    await this.states.settle();
    return this.changes !== before;
  }

  private async take(kind: RecordKind, file: string): Promise<void> {
    const index = this.index(kind);
    const before = index.file(file);
    const next = await scanFile(kind, file, before, {
      projectDir: this.projectDir,
      interning: this.interning,
      problemLimit: this.problemLimit,
    });
    if (next === before || (next === null && before === undefined)) return;
    if (kind === 'prompts' && next?.keepsOrder !== true) this.states.promptsReordered();
    await index.replace(file, next);
    this.changes += 1;
  }

  private name(text: string): string {
    const known = this.names.get(text);
    if (known === undefined) this.names.set(text, text);
    return known ?? text;
  }
}

/** The files of a kind's folder, relative to the project, by name. */
async function filesOf(projectDir: string, kind: RecordKind): Promise<string[]> {
  try {
    const names = await readdir(join(projectDir, kind));
    return names.map((name) => `${kind}/${name}`).filter((name) => kindOfFile(name) === kind);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

interface Linked extends EntryPlace {
  readonly promptId: string;
}

function link<E extends Linked>(
  byPrompt: Map<string, E[]>,
  entry: E,
  by: 1 | -1,
  isSeen: boolean,
): void {
  const known = byPrompt.get(entry.promptId);
  if (by === 1 && known === undefined) {
    byPrompt.set(entry.promptId, [entry]);
    return;
  }
  const list = known ?? [];
  const last = list.at(-1);
  if (!isSeen && by === 1 && (last === undefined || !isAfter(last, entry))) {
    list.push(entry);
    return;
  }
  if (by === -1) {
    const left = list.filter((other) => other !== entry);
    if (left.length === 0) byPrompt.delete(entry.promptId);
    else byPrompt.set(entry.promptId, left);
    return;
  }
  let at = list.length;
  while (at > 0 && isAfter(list[at - 1], entry)) at -= 1;
  // Lists handed out are not changed: a new one takes the old one's place.
  byPrompt.set(entry.promptId, [...list.slice(0, at), entry, ...list.slice(at)]);
}
