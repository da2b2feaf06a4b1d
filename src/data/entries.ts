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
export type Intern = (text: string) => string;

type Makers = {
  readonly [K in RecordKind]: (
    record: RecordTypes[K],
    place: EntryPlace,
    intern: Intern,
  ) => EntryTypes[K];
};

const none: readonly string[] = [];

const makers: Makers = {
  prompts: (record: Prompt, place, intern) => ({
    id: record.id,
    text: promptText(record),
    category: record.category,
    kind: record.kind,
    split: record.split,
    user: record.user === undefined ? undefined : intern(record.user),
    organization: record.organization === undefined ? undefined : intern(record.organization),
    language: record.language === undefined ? undefined : intern(record.language),
    source: record.source === undefined ? undefined : intern(record.source),
    tags: record.tags === undefined ? none : record.tags.map(intern),
    file: place.file,
    line: place.line,
    offset: place.offset,
    bytes: place.bytes,
  }),
  demonstrations: (record: Demonstration, place, intern) => ({
    id: record.id,
    promptId: intern(record.promptId),
    completion: record.completion,
    labeler: intern(record.labeler),
    file: place.file,
    line: place.line,
    offset: place.offset,
    bytes: place.bytes,
  }),
  completions: (record: Completion, place, intern) => ({
    id: record.id,
    promptId: intern(record.promptId),
    completion: record.completion,
    model: intern(record.model.name),
    scores: record.scores,
    file: place.file,
    line: place.line,
    offset: place.offset,
    bytes: place.bytes,
  }),
  rankings: (record: Ranking, place, intern) => ({
    id: record.id,
    promptId: intern(record.promptId),
    ranking: record.ranking.map((group) => group.map(intern)),
    shown: record.shown.map(intern),
    labeler: intern(record.labeler),
    skipped: record.skipped,
    bothBad: record.bothBad ?? false,
    seconds: record.seconds,
    created: record.created,
    adjudicates: record.adjudicates ?? none,
    file: place.file,
    line: place.line,
    offset: place.offset,
    bytes: place.bytes,
  }),
};

/** Makes the entry of a record at a place. Ids of other records go through `intern`. */
export function makeEntry<K extends RecordKind>(
  kind: K,
  record: RecordTypes[K],
  place: EntryPlace,
  intern: Intern,
): EntryTypes[K] {
  return makers[kind](record, place, intern);
}
