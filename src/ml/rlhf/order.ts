/** The order in which a loop goes through its examples: a function of seed, epoch and position. */
import { Random } from '../../data/random.ts';

/**
 * Epochs of shuffled batches. It holds no position of its own, so that a resumed run goes on in the
 * same order by knowing its step alone.
 */
export class EpochOrder {
  readonly #examples: number;
  readonly #batchSize: number;
  readonly #seed: number;
  #epoch = -1;
  #shuffled: number[] = [];

  /** @throws Error unless there is at least one example and one example a batch. */
  constructor(examples: number, batchSize: number, seed: number) {
    if (examples < 1 || batchSize < 1) {
      throw new Error(
        `EpochOrder: expected at least one example a batch, got ${examples} and ${batchSize}`,
      );
    }
    this.#examples = examples;
    this.#batchSize = Math.min(batchSize, examples);
    this.#seed = seed;
  }

  /** Batches of one epoch; the last one is smaller where the examples do not divide evenly. */
  get batchesPerEpoch(): number {
    return Math.ceil(this.#examples / this.#batchSize);
  }

  /** Indices of the examples of a step's batch; every example comes once an epoch. */
  batch(step: number): readonly number[] {
    const epoch = Math.floor(step / this.batchesPerEpoch);
    const order = this.#order(epoch);
    const start = (step % this.batchesPerEpoch) * this.#batchSize;
    return order.slice(start, start + this.#batchSize);
  }

  /** As {@link batch}, but always full: a batch at the end of an epoch goes on into the next. */
  fullBatch(step: number, size: number): readonly number[] {
    return Array.from({ length: size }, (_, i) => {
      const position = step * size + i;
      return this.#order(Math.floor(position / this.#examples))[position % this.#examples];
    });
  }

  #order(epoch: number): readonly number[] {
    if (epoch !== this.#epoch) {
      const examples = Array.from({ length: this.#examples }, (_, i) => i);
      const random = new Random(`order ${this.#seed} ${epoch}`);
      this.#shuffled = random.shuffle(examples);
      this.#epoch = epoch;
    }
    return this.#shuffled;
  }
}
