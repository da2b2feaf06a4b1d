/** What the run panel needs of the supervision of runs. */
import type { ErrorData } from '../protocol/errors.ts';
import type { RunEvent, RunSpec, RunState } from '../protocol/run.ts';

/** Stops watching. */
export interface Subscription {
  dispose(): void;
}

/** What a watcher of one run is told. */
export interface RunListener {
  /**
   * Events in the order in which they stand in `events.jsonl`: first everything from the start of
   * the file, in batches of any size, then what is appended, within a second of being written.
   */
  events(batch: readonly RunEvent[]): void;
  /** The state, once at the start and at every change. */
  state(state: RunState): void;
  /** The run folder cannot be read, or a line of it is bad. */
  problem(error: ErrorData): void;
}

/** The runs of the project as the run panel sees them. */
export interface RunSource {
  /** `run.json` of a run. @throws InstructError when there is none or it is bad. */
  spec(runId: string): Promise<RunSpec>;
  /** Follows a run. Costs nothing once disposed. */
  watch(runId: string, listener: RunListener): Subscription;
}
