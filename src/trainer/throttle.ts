/** Says when a repeated thing is due again. */

/** Allows one thing in `everyMs` milliseconds. */
export class Throttle {
  private readonly everyMs: number;
  private readonly clock: () => number;
  private last = -Infinity;

  /** `clock` gives milliseconds. The first thing is due at once. */
  constructor(everyMs: number, clock: () => number) {
    this.everyMs = everyMs;
    this.clock = clock;
  }

  /** Whether the thing is due; if so, the next one is due a period later. */
  take(): boolean {
    if (this.clock() - this.last < this.everyMs) return false;
    this.restart();
    return true;
  }

  /** Makes the next thing due a period from now. */
  restart(): void {
    this.last = this.clock();
  }
}
