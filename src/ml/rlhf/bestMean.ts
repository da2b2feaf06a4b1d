/** When a noisy metric is at its best: by its mean over a window of steps. */
import * as z from 'zod';

const stateSchema = z.object({ recent: z.array(z.number()), best: z.number().nullable() });

/** Remembers the best mean of a metric that is better the higher it is. */
export class BestMean {
  readonly #window: number;
  #recent: readonly number[] = [];
  #best: number | null = null;

  /** @param window How many values make a mean. */
  constructor(window: number) {
    this.#window = window;
  }

  /** Takes in a step's value; whether the mean of the last ones is higher than ever before. */
  add(value: number): boolean {
    this.#recent = [...this.#recent, value].slice(-this.#window);
    if (this.#recent.length < this.#window) return false;
    const mean = this.#recent.reduce((sum, x) => sum + x, 0) / this.#window;
    if (this.#best !== null && mean <= this.#best) return false;
    this.#best = mean;
    return true;
  }

  /** For a checkpoint. */
  snapshot(): z.infer<typeof stateSchema> {
    return { recent: [...this.#recent], best: this.#best };
  }

  /** @throws ZodError when the value is no state. */
  restore(state: unknown): void {
    const { recent, best } = stateSchema.parse(state);
    this.#recent = recent;
    this.#best = best;
  }
}
