/** Following the events of one run. */
import { watch as watchFile } from 'node:fs';
import path from 'node:path';
import { toErrorData } from '../../protocol/errors.ts';
import { runFiles } from '../../protocol/run.ts';
import type { Disposable } from '../disposables.ts';
import type { RunListener } from '../runPanel.ts';
import { EventTail } from './eventTail.ts';
import type { Run } from './run.ts';

/** One watcher's own way through a run's events, from the first one. */
export class RunTail implements Disposable {
  readonly folder: string;
  private readonly listener: RunListener;
  private readonly run: () => Run | undefined;
  private readonly tail: EventTail;
  private lastState: string | undefined;
  private pushing: Promise<void> | undefined;
  private pushAgain = false;
  private disposed = false;

  constructor(folder: string, listener: RunListener, run: () => Run | undefined) {
    this.folder = folder;
    this.listener = listener;
    this.run = run;
    this.tail = new EventTail(path.join(folder, runFiles.events));
  }

  async push(): Promise<void> {
    if (this.pushing !== undefined) {
      this.pushAgain = true;
      return this.pushing;
    }
    this.pushing = this.pushOnce();
    await this.pushing;
    this.pushing = undefined;
    if (this.pushAgain) {
      this.pushAgain = false;
      await this.push();
    }
  }

  dispose(): void {
    this.disposed = true;
  }

  private async pushOnce(): Promise<void> {
    try {
      const { events } = await this.tail.read();
      if (this.disposed) return;
      if (events.length > 0) this.listener.events(events);
      const run = this.run();
      if (run === undefined) return;
      if (run.problem !== undefined) this.listener.problem(run.problem);
      if (run.state !== this.lastState) {
        this.lastState = run.state;
        this.listener.state(run.state);
      }
    } catch (thrown) {
      if (!this.disposed) this.listener.problem(toErrorData(thrown));
    }
  }
}

/** Reports writes to a live run's events as the file system tells of them. */
export function watchEvents(run: Run, changed: () => void): Disposable {
  let pending: NodeJS.Timeout | undefined;
  try {
    const watcher = watchFile(run.folder, { persistent: false }, (_kind, name) => {
      if (name !== runFiles.events || pending !== undefined) return;
      pending = setTimeout(() => {
        pending = undefined;
        changed();
      }, 50);
    });
    watcher.on('error', () => watcher.close()); // the poll goes on without it
    return {
      dispose: () => {
        clearTimeout(pending);
        watcher.close();
      },
    };
  } catch {
    return { dispose: () => undefined }; // no watching on this file system: the poll does it
  }
}
