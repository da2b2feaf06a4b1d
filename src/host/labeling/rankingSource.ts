/** What the ranking panel needs of the dataset. */
import type { LabelingMode } from '../../protocol/rankingPanel.ts';
import type { Category, Ranking } from '../../protocol/records.ts';
import type { Guideline } from './guideline.ts';

/** One prompt with the completions to be ranked, before shuffling. */
export interface RankingTask {
  readonly promptId: string;
  /** The prompt as a person reads it; the turns of a conversation joined. */
  readonly prompt: string;
  readonly category?: Category;
  /** Two to nine completions, in any order. */
  readonly completions: readonly {
    readonly id: string;
    readonly text: string;
    readonly model: string;
  }[];
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

/** Which ranking task is wanted. */
export interface RankingTaskRequest {
  /** The task of this prompt; the next of the queue when absent. */
  readonly promptId?: string;
  /** Exactly these completions of the prompt. */
  readonly completionIds?: readonly string[];
  /** How many completions at most; as many as the project ranks at once when absent. */
  readonly count?: number;
  /** Prompts that must not come next. */
  readonly except?: readonly string[];
}

/** The dataset as the ranking panel sees it. Everything may throw `InstructError`. */
export interface RankingSource {
  /** Who labels here. */
  labeler(): Promise<string>;
  /** The task asked for; undefined when there is none. */
  nextTask(request: RankingTaskRequest): Promise<RankingTask | undefined>;
  progress(): Promise<LabelingProgress>;
  /** Takes or keeps a prompt's task for this window. False while another window has it. */
  claim(promptId: string): Promise<boolean>;
  /** Gives a prompt's task back. */
  release(promptId: string): Promise<void>;
  /** Why there is no next task, in a sentence. */
  whyEmpty(): Promise<string>;
  /** How the project wants its labelers to be asked. */
  protocol(): LabelingProtocol;
  /** Appends the record to `rankings/<labeler>.jsonl`; resolves once it is flushed to disk. */
  save(ranking: Ranking): Promise<void>;
  /** The guideline in force; its version is recorded with each ranking. */
  guideline(): Promise<Guideline | undefined>;
}

/** How a project wants its labelers to be asked. */
export interface LabelingProtocol {
  readonly mode: LabelingMode;
  /** Say whose the completions were, once their ranking is saved. */
  readonly reveal: boolean;
}

/** Where drafts are kept between sessions; the editor's `workspaceState` is one. */
export interface DraftMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}
