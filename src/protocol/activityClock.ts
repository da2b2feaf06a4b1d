/**
 * Time spent on a task without idle time. Every sign of life (a key, a scroll, the pointer) calls
 * `touch`; a pause longer than the limit counts as the limit, since reading makes no sign of life.
 */
export class ActivityClock {
  readonly #now: () => number;
  readonly #idleAfterMs: number;
  #activeMs: number;
  #lastMs: number | undefined;

  /**
   * @param now milliseconds, monotonic
   * @param seconds time spent before, when a task is taken up again
   * @param idleAfterMs a longer pause counts as this much
   */
  constructor(now: () => number, seconds = 0, idleAfterMs = 60_000) {
    this.#now = now;
    this.#activeMs = seconds * 1000;
    this.#idleAfterMs = idleAfterMs;
  }

  /** A sign of life. The first one starts the clock. */
  touch(): void {
    const now = this.#now();
    if (this.#lastMs !== undefined) this.#activeMs += this.#since(this.#lastMs, now);
    this.#lastMs = now;
  }

  /** The labeler looks away for certain (the panel is hidden): stops until the next sign of life. */
  pause(): void {
    this.touch();
    this.#lastMs = undefined;
  }

  /** Seconds spent so far, to a tenth. */
  get seconds(): number {
    const open = this.#lastMs === undefined ? 0 : this.#since(this.#lastMs, this.#now());
    return Math.round((this.#activeMs + open) / 100) / 10;
  }

  #since(last: number, now: number): number {
    return Math.min(Math.max(0, now - last), this.#idleAfterMs);
  }
}
