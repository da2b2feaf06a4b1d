/** Cross-entropy training of a language model over packed batches: pre-training and SFT share it. */
import { Random } from '../../data/random.ts';
import { input } from '../graph/index.ts';
import { dropoutMasks, withoutDropout, type LanguageModel } from '../models/index.ts';
import type { Arrays, ExecutionOptions, TrainingGraph } from '../runtime/index.ts';
import {
  packBatch,
  sequenceLength,
  shapeKey,
  type BatchShape,
  type PackedBatch,
  type TokenSequence,
  type WantedPositions,
} from './batch.ts';
import { dropResidual, dropoutFeeds } from './dropout.ts';
import type { StepBatch } from './largestBatch.ts';
import { Learner, checkFinite, type OptimizerSettings } from './learner.ts';
import { crossEntropy } from './losses.ts';
import { LogprobPass, batchFeeds, logprobsAt } from './passes.ts';
import type { LossPass } from './stepper.ts';

/** What a step may do besides fitting its sequences. */
export interface StepOptions {
  /** How much is dropped from the residual stream; nothing when left out. */
  readonly residualDropout?: number;
  /** Other sequences, and the share of the loss that is theirs. */
  readonly mixed?: MixedSequences | undefined;
}

/** Sequences that are learnt beside a step's own. */
export interface MixedSequences {
  readonly sequences: readonly TokenSequence[];
  /** Above 0 and below 1. */
  readonly share: number;
}

/** What one step of {@link LanguageModelLearner} found. */
export interface LanguageModelStep {
  /** Mean over the positions of its own sequences that carry loss, in nats a token. */
  readonly loss: number;
  /** The same of the mixed sequences, where there are some. */
  readonly mixedLoss?: number;
  readonly gradNorm: number;
  /** Tokens gone through, padding not counted. */
  readonly tokens: number;
}

/** The hyper-parameters that trade time for memory; neither changes what is learnt. */
export interface MemorySettings {
  /** Sequences that are computed at once; 0 for the whole batch. */
  readonly microBatchSize: number;
  /** Whether activations inside layers are computed again for the gradients instead of being kept. */
  readonly gradientCheckpointing: boolean;
}

/** What goes through at once, and the weights of its positions. */
interface Part {
  readonly batch: PackedBatch;
  readonly weights: Float32Array;
}

/** A language model's parameters under cross-entropy. Owns them and its programs until disposed. */
export class LanguageModelLearner {
  readonly learner: Learner;
  readonly #model: LanguageModel;
  readonly #memory: MemorySettings;
  readonly #wanted: WantedPositions;
  readonly #validation: LogprobPass;
  readonly #seed: number;

  /**
   * @param model Its parameters become the learner's.
   * @param seed Decides what dropout drops.
   */
  constructor(
    model: LanguageModel,
    wanted: Exclude<WantedPositions, 'last'>,
    settings: OptimizerSettings & MemorySettings,
    execution: ExecutionOptions = {},
    seed = 0,
  ) {
    this.#seed = seed;
    this.#model = model;
    this.#memory = settings;
    this.#wanted = wanted;
    this.learner = new Learner('policy', model.parameters, settings, execution);
    this.#validation = new LogprobPass(withoutDropout(model.config), 1, execution);
  }

  /** One update on a batch of sequences. */
  async step(
    sequences: readonly TokenSequence[],
    learningRate: number,
    options: StepOptions = {},
  ): Promise<LanguageModelStep> {
    const { mixed } = options;
    const { microBatchSize } = this.#memory;
    const own = this.#parts(sequences, microBatchSize);
    const others = mixed === undefined ? [] : this.#parts(mixed.sequences, microBatchSize);
    const { passes, gradNorm } = await this.learner.step(
      this.#passes(own, others, options),
      learningRate,
      this.#batch(sequences, options),
    );
    const lossOf = (some: typeof passes): number => some.reduce((sum, { loss }) => sum + loss, 0);
    return {
      loss: lossOf(passes.slice(0, own.length)),
      ...(mixed !== undefined && { mixedLoss: lossOf(passes.slice(own.length)) }),
      gradNorm,
      tokens: [...own, ...others].reduce((sum, { batch }) => sum + batch.tokenCount, 0),
    };
  }

  #passes(
    own: readonly Part[],
    others: readonly Part[],
    { residualDropout = 0, mixed }: StepOptions,
  ): LossPass[] {
    const share = mixed?.share ?? 0;
    return [...own, ...others].map(({ batch, weights }, i) => ({
      key: shapeKey(batch.shape),
      graph: () => this.#graph(batch.shape, residualDropout),
      feeds: {
        ...batchFeeds(batch),
        ...this.#dropout(batch.shape, i, residualDropout),
        targets: batch.targets,
        weights,
      },
      scale: i < own.length ? 1 - share : share,
    }));
  }

  /** A step in smaller parts, of which the second already finds the gradient of the first. */
  #batch(sequences: readonly TokenSequence[], options: StepOptions): StepBatch {
    const { microBatchSize } = this.#memory;
    const longest = sequences.toSorted((a, b) => sequenceLength(b) - sequenceLength(a));
    const mixed = options.mixed?.sequences ?? [];
    return {
      size: microBatchSize > 0 ? Math.min(microBatchSize, sequences.length) : sequences.length,
      of: 'sequences at once',
      setting: 'microBatchSize',
      passes: (size) => {
        const own = this.#parts(longest.slice(0, 2 * size), size);
        return this.#passes(own, this.#parts(mixed, size).slice(0, 1), options);
      },
    };
  }

  /** Batches with weights that make the sum of their losses the mean over all their tokens. */
  #parts(sequences: readonly TokenSequence[], microBatchSize: number): Part[] {
    const parts = partsOf(sequences, microBatchSize);
    const batches = parts.map((part) => packBatch(part, this.#wanted, this.#model.config.nCtx));
    const counted = batches.reduce((sum, { offsets }) => sum + (offsets.at(-1) ?? 0), 0);
    return batches.map((batch) => {
      const weights = new Float32Array(batch.shape.positions);
      return { batch, weights: weights.fill(1 / counted, 0, batch.offsets.at(-1)) };
    });
  }

  /** The masks of a part of the next step: those of the adapter, and of the residual stream. */
  #dropout(shape: BatchShape, part: number, residual: number): Arrays {
    const { config } = this.#model;
    const seed = `${this.#seed} ${this.learner.steps} ${part}`;
    return {
      ...dropoutMasks(config, tokensOf(shape), new Random(`dropout ${seed}`)),
      ...(residual > 0 && dropoutFeeds(config, tokensOf(shape), { rate: residual, seed })),
    };
  }

  #graph(shape: BatchShape, dropoutRate: number): TrainingGraph {
    const { config } = this.#model;
    const { gradientCheckpointing } = this.#memory;
    const residual =
      dropoutRate > 0 ? dropResidual(config, tokensOf(shape), dropoutRate) : undefined;
    const { logprobs, trainable, layerInputs } = logprobsAt(config, shape, 1, {
      residual,
      inBlocks: gradientCheckpointing,
    });
    return {
      loss: crossEntropy(logprobs, input('weights', [shape.positions])),
      trainable,
      ...(gradientCheckpointing && { checkpoints: layerInputs }),
    };
  }

  /**
   * Mean negative log-probability over the wanted positions of held-out sequences, nats a token.
   * @throws InstructError `not-a-number`.
   */
  async validationLoss(sequences: readonly TokenSequence[], rows: number): Promise<number> {
    let sum = 0;
    let count = 0;
    for (const row of await this.#validation.run(
      this.learner.parameters,
      sequences,
      this.#wanted,
      rows,
    )) {
      for (const logprob of row) sum -= logprob;
      count += row.length;
    }
    const loss = sum / Math.max(1, count);
    checkFinite(loss, 'validation loss', this.learner.steps);
    return loss;
  }

  /** Frees the programs. */
  dispose(): void {
    this.learner.dispose();
    this.#validation.dispose();
  }
}

/** N: tokens of a batch, padding included. */
function tokensOf({ rows, length }: BatchShape): number {
  return rows * length;
}

/** Consecutive parts of at most so many sequences; all in one for 0. */
function partsOf(sequences: readonly TokenSequence[], size: number): (readonly TokenSequence[])[] {
  const step = size > 0 ? size : sequences.length;
  return Array.from({ length: Math.ceil(sequences.length / step) }, (_, i) =>
    sequences.slice(i * step, (i + 1) * step),
  );
}
