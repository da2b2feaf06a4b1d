/**
 * What a run is asked to do from outside: by files in its `control/` folder, by signals, or by the
 * pipeline that it belongs to.
 */
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { controlNames, runFiles, type ControlName } from '../protocol/run.ts';

/** How often the control files are looked at, at most. */
export const lookEveryMs = 100;

/** The wishes of whoever watches a run. */
export class Control {
  private readonly folder: string;
  private readonly stopSignal: AbortSignal;
  private readonly parent: Control | null;

  /**
   * `startedAt` is the start of this process in milliseconds since the epoch: a `stop` that is older
   * was meant for another process and is removed. `parent` is a pipeline's control, obeyed too.
   */
  constructor(
    runFolder: string,
    startedAt: number,
    stopSignal: AbortSignal,
    parent: Control | null,
  ) {
    this.folder = join(runFolder, runFiles.control);
    this.stopSignal = stopSignal;
    this.parent = parent;
    mkdirSync(this.folder, { recursive: true });
    const stop = statSync(this.path('stop'), { throwIfNoEntry: false });
    if (stop !== undefined && stop.mtimeMs < startedAt) this.clear('stop');
  }

  /** Whether the run is to stop: with a checkpoint, after the step that is being done. */
  stopAsked(): boolean {
    return (
      this.stopSignal.aborted || existsSync(this.path('stop')) || this.parent?.stopAsked() === true
    );
  }

  /** Whether the run is to wait. */
  pauseAsked(): boolean {
    return existsSync(this.path('pause')) || this.parent?.pauseAsked() === true;
  }

  /** Whether a checkpoint was asked for since the last call. */
  takeCheckpointRequest(): boolean {
    if (!existsSync(this.path('checkpoint-now')))
      return this.parent?.takeCheckpointRequest() === true;
    this.clear('checkpoint-now');
    return true;
  }

  /** Removes every request that has been obeyed, at the end of the run. */
  clearAll(): void {
    for (const name of controlNames) this.clear(name);
  }

  private clear(name: ControlName): void {
    rmSync(this.path(name), { force: true });
  }

  private path(name: ControlName): string {
    return join(this.folder, name);
  }
}
