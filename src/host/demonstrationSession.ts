/** What writing demonstrations needs of the dataset. */
import type { Category, Demonstration } from '../protocol/records.ts';
import type { LabelingProgress } from './rankingSession.ts';

/** One prompt that wants a demonstration. */
export interface DemonstrationTask {
  readonly promptId: string;
  /** The prompt as a person reads it. */
  readonly prompt: string;
  readonly category?: Category;
  /** One short sentence: why this prompt is next. */
  readonly why: string;
}

/** The dataset as the writer of demonstrations sees it. Everything may throw `InstructError`. */
export interface DemonstrationSource {
  /** The project folder on disk. */
  readonly projectPath: string;
  labeler(): Promise<string>;
  /** As `RankingSource.nextTask`: of one prompt, or the next of the queue. */
  nextTask(request: {
    readonly promptId?: string;
    readonly except?: readonly string[];
  }): Promise<DemonstrationTask | undefined>;
  progress(): Promise<LabelingProgress>;
  /** Appends to `demonstrations/<labeler>.jsonl`; resolves once it is flushed to disk. */
  save(demonstration: Demonstration): Promise<void>;
}
