/** How far labeling is with each prompt: one row a prompt, worked out anew only where it changed. */
import { setImmediate as turn } from 'node:timers/promises';
import { isAfter } from './entries.ts';
import type { CompletionEntry, DemonstrationEntry, PromptEntry, RankingEntry } from './entries.ts';
import { LongMap } from './longMap.ts';
import { hash } from './random.ts';
import { modelDisagreement, scoreUncertainty } from './scoreSpread.ts';

/** What the queue asks about a prompt. */
export interface LabelState {
  readonly prompt: PromptEntry;
  /** A hash of the id, for orders that chance decides. */
  readonly lot: number;
  /** Whether two of its completions differ, so that there is something to rank. */
  readonly comparable: boolean;
  /** Labelers who ranked or skipped it. */
  readonly rankers: readonly string[];
  /** How many rankings it has, skipped ones not counted. */
  readonly rankings: number;
  /** Labelers who wrote a demonstration. */
  readonly demonstrators: readonly string[];
  /** See `modelDisagreement`; null without scores by two reward models. */
  readonly disagreement: number | null;
  /** See `scoreUncertainty`; null without scores. */
  readonly uncertainty: number | null;
}

/** The records that a row is made of. */
export interface LabeledRecords {
  prompts(): Iterable<PromptEntry>;
  promptById(id: string): PromptEntry | undefined;
  completionsOf(promptId: string): readonly CompletionEntry[];
  demonstrationsOf(promptId: string): readonly DemonstrationEntry[];
  rankingsOf(promptId: string): readonly RankingEntry[];
}

const nobody: readonly string[] = [];
const rowsPerTurn = 2000;

/** The rows of a dataset, in the order of its files. */
export class LabelStates {
  private readonly records: LabeledRecords;
  private rows: LabelState[] = [];
  private rowOf = new LongMap<number>();
  private readonly changed = new Set<string>();
  /** Counts the changes of the prompts' order, and up to which of them the rows are built. */
  private orderVersion = 1;
  private builtVersion = 0;
  private begun = false;

  constructor(records: LabeledRecords) {
    this.records = records;
  }

  /** A file of prompts came, went or was edited: they may stand in another order. */
  promptsReordered(): void {
    this.orderVersion += 1;
  }

  /** A prompt, or a completion, demonstration or ranking of it, came, went or changed. */
  changedAt(promptId: string): void {
    // Before anybody has asked, the first walk over all prompts is still to come.
    if (this.begun) this.changed.add(promptId);
  }

  /** Brings all rows up to date, letting the event loop go often. Call it after large changes. */
  async settle(): Promise<void> {
    const work = this.settling();
    for (let done = 1; work.next().done !== true; done++)
      if (done % rowsPerTurn === 0) await turn();
  }

  /** The rows as they are now. The next change may change this very list. */
  all(): readonly LabelState[] {
    const work = this.settling(); // what settle() has left: little or nothing
    while (work.next().done !== true);
    return this.rows;
  }

  /** Works through what is out of date, row by row; another such walk may overtake it. */
  private *settling(): Generator<void, void, undefined> {
    yield* this.building();
    for (const promptId of this.changed) {
      this.changed.delete(promptId);
      if (!this.update(promptId)) {
        this.orderVersion += 1;
        yield* this.building();
      }
      yield;
    }
  }

  private *building(): Generator<void, void, undefined> {
    while (this.builtVersion < this.orderVersion) {
      const version = this.orderVersion;
      const rows: LabelState[] = [];
      const rowOf = new LongMap<number>();
      this.changed.clear();
      this.begun = true;
      for (const prompt of this.records.prompts()) {
        rowOf.set(prompt.id, rows.push(this.rowFor(prompt)) - 1);
        yield;
      }
      if (this.builtVersion >= version) continue; // overtaken
      this.builtVersion = version;
      this.rows = rows;
      this.rowOf = rowOf;
    }
  }

  /** Puts one prompt's row right; false when the rows of others have to move for it. */
  private update(promptId: string): boolean {
    const index = this.rowOf.get(promptId);
    const prompt = this.records.promptById(promptId);
    if (prompt === undefined) return index === undefined; // labels of an unknown prompt
    if (index === undefined) {
      if (!this.isLast(prompt)) return false;
      this.rowOf.set(promptId, this.rows.push(this.rowFor(prompt)) - 1);
      return true;
    }
    if (this.rows[index].prompt.file !== prompt.file) return false; // another file's has its id
    this.rows[index] = this.rowFor(prompt);
    return true;
  }

  /** Whether a new prompt stands behind all that have rows. */
  private isLast(prompt: PromptEntry): boolean {
    const last = this.rows.at(-1);
    const now = last === undefined ? undefined : this.records.promptById(last.prompt.id);
    return last === undefined || (now !== undefined && isAfter(prompt, now));
  }

  private rowFor(prompt: PromptEntry): LabelState {
    const { id } = prompt;
    const completions = this.records.completionsOf(id);
    const rankings = this.records.rankingsOf(id);
    const demonstrations = this.records.demonstrationsOf(id);
    const isScored = completions.some(({ scores }) => scores !== undefined);
    const scores = isScored ? completions.map((completion) => completion.scores) : [];
    return {
      prompt,
      lot: hash(id),
      comparable: haveTwoTexts(completions),
      rankers: rankings.length === 0 ? nobody : rankings.map(({ labeler }) => labeler),
      rankings: rankings.filter(({ skipped }) => skipped === undefined).length,
      demonstrators:
        demonstrations.length === 0 ? nobody : demonstrations.map(({ labeler }) => labeler),
      disagreement: isScored ? modelDisagreement(scores) : null,
      uncertainty: isScored ? scoreUncertainty(scores) : null,
    };
  }
}

function haveTwoTexts(completions: readonly CompletionEntry[]): boolean {
  for (let index = 1; index < completions.length; index++) {
    if (completions[index].completion !== completions[0].completion) return true;
  }
  return false;
}
