/** What the driver drives: a training loop, or anything else that goes on step by step. */
import type { TrainingLoop } from '../ml/rlhf/trainingLoop.ts';

/** Writes a stage's model as a folder, which appears complete or not at all. */
export type ModelWriter = (folder: string) => Promise<void>;

/** What a stage leaves behind. */
export interface WorkResult {
  /** Null where a stage makes no model: `sample`, `rank` and `eval`. */
  readonly writeModel: ModelWriter | null;
  /** What the stage found, for people and for later stages. Plain JSON. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/**
 * The work of a stage, in steps that can be taken up again: a {@link TrainingLoop} whose result
 * knows how to write itself.
 */
export interface RunWork extends Omit<TrainingLoop<unknown>, 'finish'> {
  finish(): Promise<WorkResult>;
}

/** Thrown by a step that could not be completed because the run was asked to stop within it. */
export class StoppedWithin extends Error {
  override readonly name = 'StoppedWithin';
}
