/** Work on files that waits until nothing has happened to the file for a while. */
import type { Disposable } from '../disposables.ts';

/** See the file's header. One piece of work a file: a later call takes the place of the one before. */
export class Postponed implements Disposable {
  private readonly quietMs: number;
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(quietMs: number) {
    this.quietMs = quietMs;
  }

  /** Does the work once neither this nor {@link drop} was called of the file for a while. */
  later(file: string, work: () => void): void {
    this.drop(file);
    const timer = setTimeout(() => {
      this.timers.delete(file);
      work();
    }, this.quietMs);
    this.timers.set(file, timer);
  }

  /** Forgets what waits for a file. */
  drop(file: string): void {
    clearTimeout(this.timers.get(file));
    this.timers.delete(file);
  }

  dispose(): void {
    for (const file of [...this.timers.keys()]) this.drop(file);
  }
}
