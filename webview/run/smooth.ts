/**
 * An exponential moving average without the pull towards zero at the start, as TensorBoard draws
 * it. Goes on where it stopped, because a live curve only grows, but for a resumed run's.
 */
export class Smoother {
  readonly #weight: number;
  readonly #smoothed: number[] = [];
  /** The last of the values seen so far: when it has changed, everything is computed anew. */
  #last = Number.NaN;
  #average = 0;
  /** Of the zero at the start that is still in the average. */
  #share = 1;

  /** @param weight in [0, 1): how much of the past is kept; 0 keeps the values as they are */
  constructor(weight: number) {
    this.#weight = weight;
  }

  /**
   * The smoothed values, as many as `values`; a missing one (NaN) stays missing. The array is
   * owned here and grows with the next call.
   */
  extend(values: readonly number[]): readonly number[] {
    const known = this.#smoothed.length;
    if (values.length < known || (known > 0 && !Object.is(values[known - 1], this.#last))) {
      this.#smoothed.length = 0;
      this.#average = 0;
      this.#share = 1;
    }
    for (let at = this.#smoothed.length; at < values.length; at++) {
      this.#smoothed.push(this.#next(values[at]));
    }
    this.#last = values.at(-1) ?? Number.NaN;
    return this.#smoothed;
  }

  #next(value: number): number {
    if (Number.isNaN(value)) return value;
    this.#average = this.#weight * this.#average + (1 - this.#weight) * value;
    this.#share *= this.#weight;
    return this.#average / (1 - this.#share);
  }
}
