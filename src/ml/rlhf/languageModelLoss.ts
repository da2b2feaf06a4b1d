/** Cross-entropy training of a language model over packed batches: pre-training and SFT share it. */
import { Random } from '../../data/random.ts';
import { input } from '../graph/index.ts';
import { dropoutMasks, withoutDropout, type LanguageModel } from '../models/index.ts';
import type { Arrays, ExecutionOptions, TrainingGraph } from '../runtime/index.ts';
import {
  packBatch,
  shapeKey,
  type BatchShape,
  type TokenSequence,
  type WantedPositions,
} from './batch.ts';
import { Learner, checkFinite, type OptimizerSettings } from './learner.ts';
import { crossEntropy } from './losses.ts';
import { LogprobPass, batchFeeds, logprobsAt } from './passes.ts';

/** What one step of {@link LanguageModelLearner} found. */
export interface LanguageModelStep {
  /** Mean over the positions that carry loss, in nats a token. */
  readonly loss: number;
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

/** A language model's parameters under cross-entropy. Owns them and its programs until disposed. */
export class LanguageModelLearner {
  readonly learner: Learner;
  readonly #model: LanguageModel;
  readonly #memory: MemorySettings;
  readonly #wanted: WantedPositions;
  readonly #validation: LogprobPass;
  readonly #seed: number;

  /** @param seed Decides what an adapter drops. */
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
    this.learner = new Learner('policy', model.parameters.clone(), settings, execution);
    this.#validation = new LogprobPass(withoutDropout(model.config), 1, execution);
  }

  /** One update on a batch of sequences. */
  async step(
    sequences: readonly TokenSequence[],
    learningRate: number,
  ): Promise<LanguageModelStep> {
    const { config } = this.#model;
    const parts = partsOf(sequences, this.#memory.microBatchSize);
    const batches = parts.map((part) => packBatch(part, this.#wanted, config.nCtx));
    const counts = batches.map(({ offsets }) => offsets.at(-1) ?? 0);
    const counted = counts.reduce((sum, count) => sum + count, 0);
    const { passes, gradNorm } = await this.learner.step(
      batches.map((batch, i) => ({
        key: shapeKey(batch.shape),
        graph: () => this.#graph(batch.shape),
        feeds: {
          ...batchFeeds(batch),
          ...this.#dropout(batch.shape, i),
          targets: batch.targets,
          weights: new Float32Array(batch.shape.positions).fill(1 / counted, 0, counts[i]),
        },
      })),
      learningRate,
    );
    const loss = passes.reduce((sum, pass) => sum + pass['loss'], 0);
    return { loss, gradNorm, tokens: batches.reduce((sum, { tokenCount }) => sum + tokenCount, 0) };
  }

  #dropout({ rows, length }: BatchShape, part: number): Arrays {
    const random = new Random(`dropout ${this.#seed} ${this.learner.steps} ${part}`);
    return dropoutMasks(this.#model.config, rows * length, random);
  }

  #graph(shape: BatchShape): TrainingGraph {
    const { logprobs, trainable, layerInputs } = logprobsAt(this.#model.config, shape, 1);
    return {
      loss: crossEntropy(logprobs, input('weights', [shape.positions])),
      trainable,
      ...(this.#memory.gradientCheckpointing && { checkpoints: layerInputs }),
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

/** Consecutive parts of at most so many sequences; all in one for 0. */
function partsOf(sequences: readonly TokenSequence[], size: number): (readonly TokenSequence[])[] {
  const step = size > 0 ? size : sequences.length;
  return Array.from({ length: Math.ceil(sequences.length / step) }, (_, i) =>
    sequences.slice(i * step, (i + 1) * step),
  );
}
