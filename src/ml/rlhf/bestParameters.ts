/** Model selection: the parameters of the best epoch so far, kept beside those that go on learning. */
import * as z from 'zod';
import type { ParameterBuffer } from '../runtime/index.ts';
import { badCheckpoint } from './learner.ts';
import type { LoopState, StateTensor } from './trainingLoop.ts';

const stateSchema = z.object({ epoch: z.int().min(1), value: z.number() }).nullable();

/** Where its tensor lies in a checkpoint. */
const tensorName = 'best';

/** Remembers the best of the parameters offered to it; the earlier one among equals. */
export class BestParameters {
  readonly #better: 'higher' | 'lower';
  #best: { readonly epoch: number; readonly value: number } | null = null;
  #parameters: ParameterBuffer | null = null;

  /** @param better Which values of the metric are the better ones. */
  constructor(better: 'higher' | 'lower') {
    this.#better = better;
  }

  /** The epoch, from 1, that was the best, or null before the first offer. */
  get epoch(): number | null {
    return this.#best?.epoch ?? null;
  }

  /** The best parameters, which are its own, or null before the first offer. */
  get parameters(): ParameterBuffer | null {
    return this.#parameters;
  }

  /** Copies the parameters where their metric is better than all before. */
  offer(epoch: number, value: number, parameters: ParameterBuffer): void {
    const best = this.#best?.value;
    if (best !== undefined && (this.#better === 'higher' ? value <= best : value >= best)) return;
    this.#best = { epoch, value };
    this.#parameters = parameters.clone();
  }

  /** For a checkpoint, not copied: nothing but null where there is no best yet. */
  snapshot(): LoopState {
    const tensors = new Map<string, StateTensor>();
    if (this.#parameters !== null) {
      const { data, size } = this.#parameters;
      tensors.set(tensorName, { shape: [size], data });
    }
    return { tensors, json: this.#best };
  }

  /**
   * Goes back to a snapshot; `like` has the layout of the parameters.
   * @throws InstructError `bad-run` when the state is not such a snapshot.
   */
  restore({ tensors, json }: LoopState, like: ParameterBuffer): void {
    const best = stateSchema.safeParse(json);
    const data = tensors.get(tensorName)?.data;
    if (!best.success || (best.data !== null && data?.length !== like.size)) {
      throw badCheckpoint('no best epoch of the selection');
    }
    this.#best = best.data;
    this.#parameters = null;
    if (best.data === null || data === undefined) return;
    this.#parameters = like.clone();
    this.#parameters.data.set(data);
  }
}
