/**
 * What the ranking panel needs of the dataset, and the session between the two: which task is
 * shown, in which order, what was decided so far, and what was saved last.
 */
import type { Category, Ranking } from '../protocol/records.ts';

/** One prompt with the completions to be ranked, before shuffling. */
export interface RankingTask {
  readonly promptId: string;
  /** The prompt as a person reads it; the turns of a conversation joined. */
  readonly prompt: string;
  readonly category?: Category;
  /** Two to nine completions, in any order. */
  readonly completions: readonly { readonly id: string; readonly text: string }[];
  /** One short sentence: why this task is next. */
  readonly why: string;
}

/** How far a labeler is. */
export interface LabelingProgress {
  /** Tasks that this labeler has ranked or skipped. */
  readonly done: number;
  /** Tasks that there are in all. */
  readonly total: number;
  /** Tasks still in this labeler's queue, the one on screen included. */
  readonly left: number;
}

/** The dataset as the ranking panel sees it. Everything may throw `InstructError`. */
export interface RankingSource {
  /** Who labels here; a person's own name for the records. */
  labeler(): Promise<string>;
  /**
   * The task of a prompt when an id is given, else the next of the queue; undefined when there is
   * none. `except` are prompts that must not come next.
   */
  nextTask(request: {
    readonly promptId?: string;
    readonly except?: readonly string[];
  }): Promise<RankingTask | undefined>;
  progress(): Promise<LabelingProgress>;
  /** Appends the record to `rankings/<labeler>.jsonl`; resolves once it is flushed to disk. */
  save(ranking: Ranking): Promise<void>;
  /** Version of the guideline in force, recorded with each ranking. */
  guideline?(): string | undefined;
}
