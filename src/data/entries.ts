/**
 * What the index keeps of each record: enough to list, count, queue and train, small enough for
 * hundreds of thousands. The whole record is read back from its place when it is needed.
 */
import type {
  Category,
  Completion,
  Demonstration,
  Prompt,
  Ranking,
  RecordKind,
  RecordTypes,
  Split,
} from '../protocol/records.ts';
import type { LinePlace } from './jsonlLines.ts';
import { promptText } from './promptText.ts';

/** Where a record stands. */
export interface EntryPlace extends LinePlace {
  /** Relative to the project, with forward slashes. */
  readonly file: string;
}

/** Whether one record stands behind another, by file and line. */
export function isAfter(a: EntryPlace, b: EntryPlace): boolean {
  return a.file === b.file ? a.line > b.line : a.file > b.file;
}

/** The indexed part of a prompt. */
export interface PromptEntry extends EntryPlace {
  readonly id: string;
  /** The prompt as plain text: see `promptText`. */
  readonly text: string;
  readonly category: Category | undefined;
  readonly kind: Prompt['kind'];
  readonly split: Split | undefined;
  readonly user: string | undefined;
  readonly organization: string | undefined;
  readonly language: string | undefined;
  readonly source: string | undefined;
  readonly tags: readonly string[];
}

/** The indexed part of a demonstration. */
export interface DemonstrationEntry extends EntryPlace {
  readonly id: string;
  readonly promptId: string;
  readonly completion: string;
  readonly labeler: string;
}

/** The indexed part of a completion. */
export interface CompletionEntry extends EntryPlace {
  readonly id: string;
  readonly promptId: string;
  readonly completion: string;
  /** The model's name. */
  readonly model: string;
  /** What judges made of it, by the judge's name. */
  readonly scores: Readonly<Record<string, number>> | undefined;
}

/** The indexed part of a ranking. */
export interface RankingEntry extends EntryPlace {
  readonly id: string;
  readonly promptId: string;
  /** Groups of completion ids, best first; several in a group are a tie. Empty when skipped. */
  readonly ranking: readonly (readonly string[])[];
  readonly shown: readonly string[];
  readonly labeler: string;
  /** Why the labeler passed the task over, where that was so. */
  readonly skipped: string | undefined;
  readonly bothBad: boolean;
  /** Seconds spent on the task. */
  readonly seconds: number | undefined;
  readonly created: string | undefined;
  /** Ids of the rankings that this one settles. */
  readonly adjudicates: readonly string[];
}

/** The entry type of a record kind. */
export interface EntryTypes {
  prompts: PromptEntry;
  demonstrations: DemonstrationEntry;
  completions: CompletionEntry;
  rankings: RankingEntry;
}

/** Gives back one and the same string for equal strings, so that each is kept once. */
export interface Interning {
  /** Of labelers, users, models and the like: few, and each again and again. */
  name(text: string): string;
  /** The id of a prompt, which is mostly indexed already. */
  promptId(text: string): string;
  /** The id of a completion, which is mostly indexed already. */
  completionId(text: string): string;
}

type Makers = {
  readonly [K in RecordKind]: (
    record: RecordTypes[K],
    place: EntryPlace,
    interning: Interning,
  ) => EntryTypes[K];
};

const none: readonly string[] = [];

const makers: Makers = {
  prompts: (record: Prompt, place, interning) => ({
    id: record.id,
    text: promptText(record),
    category: record.category,
    kind: record.kind,
    split: record.split,
    user: record.user === undefined ? undefined : interning.name(record.user),
    organization:
      record.organization === undefined ? undefined : interning.name(record.organization),
    language: record.language === undefined ? undefined : interning.name(record.language),
    source: record.source === undefined ? undefined : interning.name(record.source),
    tags: record.tags === undefined ? none : record.tags.map((tag) => interning.name(tag)),
    file: place.file,
    line: place.line,
    offset: place.offset,
    bytes: place.bytes,
  }),
  demonstrations: (record: Demonstration, place, interning) => ({
    id: record.id,
    promptId: interning.promptId(record.promptId),
    completion: record.completion,
    labeler: interning.name(record.labeler),
    file: place.file,
    line: place.line,
    offset: place.offset,
    bytes: place.bytes,
  }),
  completions: (record: Completion, place, interning) => ({
    id: record.id,
    promptId: interning.promptId(record.promptId),
    completion: record.completion,
    model: interning.name(record.model.name),
    scores: record.scores,
    file: place.file,
    line: place.line,
    offset: place.offset,
    bytes: place.bytes,
  }),
  rankings: (record: Ranking, place, interning) => {
    const shown = record.shown.map((id) => interning.completionId(id));
    // What is ranked was shown: a look at these few is quicker than one among all.
    const shownId = (id: string): string =>
      shown.find((other) => other === id) ?? interning.completionId(id);
    return {
      id: record.id,
      promptId: interning.promptId(record.promptId),
      ranking: record.ranking.map((group) => group.map(shownId)),
      shown,
      labeler: interning.name(record.labeler),
      skipped: record.skipped,
      bothBad: record.bothBad ?? false,
      seconds: record.seconds,
      created: record.created,
      adjudicates: record.adjudicates ?? none,
      file: place.file,
      line: place.line,
      offset: place.offset,
      bytes: place.bytes,
    };
  },
};

/** Makes the entry of a record at a place. Names, and ids of other records, go through `interning`. */
export function makeEntry<K extends RecordKind>(
  kind: K,
  record: RecordTypes[K],
  place: EntryPlace,
  interning: Interning,
): EntryTypes[K] {
  return makers[kind](record, place, interning);
}
