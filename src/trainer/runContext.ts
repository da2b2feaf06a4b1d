/** What surrounds the work of a run: its process, its watchers, and how it may end. */
import type { ErrorData } from '../protocol/errors.ts';
import type { RunEvent } from '../protocol/run.ts';
import type { RunView } from '../protocol/runFold.ts';
import type { Control } from './control.ts';
import type { NewEvent } from './eventLog.ts';
import type { Run } from './runFolder.ts';
import type { RunWork } from './runWork.ts';

/** What a run meets in its process. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Aborted when the process is asked to end: the run stops with a checkpoint. */
  readonly stopSignal: AbortSignal;
  /** Aborted, with the error as its reason, when something was thrown outside every promise. */
  readonly crashSignal: AbortSignal;
  /** Is told every event of every run, also of a pipeline's runs. */
  readonly listen: (run: Run, event: RunEvent) => void;
  readonly checkpointEverySeconds: number;
  /** Also after this many steps; 0 for never. */
  readonly checkpointEverySteps: number;
  /** Where runs queue for the device; undefined for a run that does not wait. */
  readonly queueFolder?: string | undefined;
}

/** What the work may use of the run that it belongs to. */
export interface WorkContext {
  readonly run: Run;
  readonly surroundings: Surroundings;
  readonly control: Control;
  /** Writes a `warning` event. */
  warn(code: string, message: string): void;
  /** Writes an event in the middle of a step. */
  emit(event: NewEvent): void;
}

/** Makes the work of a run. */
export type WorkMaker = (context: WorkContext) => Promise<RunWork>;

/** How a run ended. A stopped one can be resumed; a failed one too, once its reason is gone. */
export type RunEnd =
  | { readonly outcome: 'finished'; readonly view: RunView }
  | { readonly outcome: 'stopped' }
  | { readonly outcome: 'failed'; readonly error: ErrorData };
