import type { ParameterBuffer, ParameterEntry } from '../runtime/index.ts';
import { vectorKernel } from './vectorKernel.ts';

/** The constants of {@link AdamW}. */
export interface AdamWOptions {
  /** Decay of the running mean of gradients; the paper's runs use 0.9. */
  readonly beta1: number;
  /** Decay of the running mean of squared gradients; the paper's runs use 0.95. */
  readonly beta2: number;
  /** Added to the root of the bias-corrected mean square, as PyTorch does (TensorFlow adds it before). */
  readonly epsilon: number;
  /** Shrinks a decaying parameter by learningRate · weightDecay at each step, apart from the gradient. */
  readonly weightDecay: number;
  /** Which parameters decay; all when left out. Usually {@link decaysMatrices}. */
  readonly decays?: (parameter: ParameterEntry) => boolean;
}

/** All that an {@link AdamW} knows, to continue later bit for bit. */
export interface AdamWState {
  /** Steps taken. */
  readonly step: number;
  /** Running mean of the gradients, laid out as the parameters are. */
  readonly mean: Float32Array;
  /** Running mean of the squared gradients. */
  readonly meanSquare: Float32Array;
}

/** One step's numbers. */
export interface AdamWStep {
  /** Laid out as the parameters are; only read. */
  readonly gradients: Float32Array;
  readonly learningRate: number;
  /** Factor on the gradients: the scale of global-norm clipping, or 1/n after n were summed. */
  readonly gradientScale?: number;
}

/** A stretch of the flat array whose parameters all decay, or all do not. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly decays: boolean;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), in the form of
 * `torch.optim.AdamW`. With `weightDecay` 0 it is Adam. Updates the parameters in place.
 */
export class AdamW {
  readonly #parameters: ParameterBuffer;
  readonly #options: AdamWOptions;
  readonly #stretches: readonly Stretch[];
  readonly #mean: Float32Array;
  readonly #meanSquare: Float32Array;
  #step = 0;

  constructor(parameters: ParameterBuffer, options: AdamWOptions) {
    for (const [name, beta] of [
      ['beta1', options.beta1],
      ['beta2', options.beta2],
    ] as const) {
      if (!(beta >= 0 && beta < 1)) {
        throw new Error(`AdamW: expected 0 <= ${name} < 1, got ${String(beta)}`);
      }
    }
    this.#parameters = parameters;
    this.#options = options;
    this.#stretches = stretchesOf(parameters.entries, options.decays ?? (() => true));
    this.#mean = new Float32Array(parameters.size);
    this.#meanSquare = new Float32Array(parameters.size);
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#step;
  }

  /** Takes one step. */
  step({ gradients, learningRate, gradientScale = 1 }: AdamWStep): void {
    const { data } = this.#parameters;
    if (gradients.length !== data.length) {
      throw new Error(
        `AdamW.step: expected ${String(data.length)} gradients, got ${String(gradients.length)}`,
      );
    }
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    this.#step++;
    const stepSize = learningRate / (1 - beta1 ** this.#step);
    const rootCorrection = 1 / Math.sqrt(1 - beta2 ** this.#step);
    const arrays = { gradients, mean: this.#mean, meanSquare: this.#meanSquare, data };
    for (const { start, end, decays } of this.#stretches) {
      const keep = decays ? 1 - learningRate * weightDecay : 1;
      const update = { keep, beta1, beta2, epsilon, stepSize, rootCorrection, gradientScale };
      vectorKernel.update(arrays, start, end, update);
    }
  }

  /** The state as it stands, not copied: the next step changes it. */
  snapshot(): AdamWState {
    return { step: this.#step, mean: this.#mean, meanSquare: this.#meanSquare };
  }

  /** Takes over a state of the same layout; throws if it has another size. */
  restore({ step, mean, meanSquare }: AdamWState): void {
    if (mean.length !== this.#mean.length || meanSquare.length !== this.#meanSquare.length) {
      throw new Error(
        `AdamW.restore: expected ${String(this.#mean.length)} elements, got ${String(mean.length)} and ${String(meanSquare.length)}`,
      );
    }
    this.#step = step;
    this.#mean.set(mean);
    this.#meanSquare.set(meanSquare);
  }
}

/**
 * Whether a parameter is a weight matrix: biases and the gains of normalisations, which have one
 * dimension, do not decay, nor do embeddings (`wte`, `wpe`, `embed_tokens`).
 */
export function decaysMatrices({ name, shape }: ParameterEntry): boolean {
  return shape.length >= 2 && !/(^|\.)(wte|wpe|embed_tokens)\./.test(name);
}

function stretchesOf(
  entries: readonly ParameterEntry[],
  decays: (parameter: ParameterEntry) => boolean,
): Stretch[] {
  const stretches: Stretch[] = [];
  for (const entry of entries) {
    const stretch = { start: entry.offset, end: entry.offset + entry.size, decays: decays(entry) };
    const last = stretches.at(-1);
    if (last?.decays === stretch.decays) {
      stretches[stretches.length - 1] = { ...last, end: stretch.end };
    } else {
      stretches.push(stretch);
    }
  }
  return stretches;
}
