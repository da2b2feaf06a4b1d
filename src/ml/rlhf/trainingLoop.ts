/** What the trainer process drives: one interface over pre-training, SFT, reward model and PPO. */
import type { Diagnosis } from '../../protocol/diagnoses.ts';
import type { RolloutRecord } from '../../protocol/rollouts.ts';

import type { TrainedAdapter } from '../models/index.ts';

/** Anything that JSON can hold. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** An episode or completion worth showing to whoever watches the run. */
export interface LoopSample {
  /** Where it was drawn, if not after the step that reports it. */
  readonly step?: number;
  readonly promptId?: string;
  readonly prompt: string;
  readonly completion: string;
  /** The reward model's scalar, where one is at hand. */
  readonly score?: number;
  /** The place that labelers gave to a completion which is scored while its reward model learns, from 1. */
  readonly rank?: number;
}

/** What one {@link TrainingLoop.advance} did. */
export interface StepReport {
  /** By the field's names, such as `sft/loss` or `ppo/kl`; all finite. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly samples?: readonly LoopSample[];
  /** Tokens gone through, sampled ones included, padding not; for the rate of tokens a second. */
  readonly tokens?: number;
  /** Episodes for the rollout inspector. */
  readonly rollouts?: readonly RolloutRecord[];
  /** What began to go wrong with this step. */
  readonly warnings?: readonly Diagnosis[];
  /** Whether the model is now better than ever before by the run's own measure. */
  readonly best?: boolean;
  /** The warning's code for which the run is to stop. */
  readonly stop?: string;
}

/** A tensor of a checkpoint. Row-major. That of a file reads its data anew whenever asked. */
export interface StateTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Enough to go on bit for bit: weights, optimizer moments, RNG states, position in the data. */
export interface LoopState {
  readonly tensors: ReadonlyMap<string, StateTensor>;
  readonly json: JsonValue;
}

/** What a loop leaves behind: `Model` is a language model or a reward model. */
export interface LoopResult<Model> {
  readonly model: Model;
  /** The adapter that was trained and is worked into the model, where one was. */
  readonly adapter?: TrainedAdapter;
  /** What the stage found, for people and for later stages. */
  readonly summary: Readonly<Record<string, number>>;
}

/** A training stage. One `advance` is one optimisation step; for PPO, one iteration. */
export interface TrainingLoop<Model> {
  readonly totalSteps: number;
  /** Steps done so far. */
  readonly step: number;
  /**
   * Does the next step.
   * @throws InstructError `not-a-number` naming the step and the quantity.
   */
  advance(): Promise<StepReport>;
  /**
   * Fetches what is newer in a GPU's memory: to be awaited after a step, before `snapshot()` or
   * `current()`. A loop that keeps nothing there has none.
   */
  settle?(): Promise<void>;
  /**
   * The state as it stands, to be written before the next step: its tensors are the loop's own, not
   * copies, so that a checkpoint takes no memory.
   */
  snapshot(): LoopState;
  /** Goes back to a state taken from a loop that was made with the same arguments. */
  restore(state: LoopState): void;
  /**
   * The model as it is until the next step, where the loop can give one; it is written when a step was
   * the best.
   */
  current?(): Model;
  /** The trained model, after closing work such as the reward model's bias. The loop is then at its end. */
  finish(): Promise<LoopResult<Model>>;
  /** Frees native memory. */
  dispose(): void;
}
