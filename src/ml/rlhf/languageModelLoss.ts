/** Cross-entropy training of a language model over packed batches: pre-training and SFT share it. */
import { input } from '../graph/index.ts';
import type { LanguageModel } from '../models/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import { packBatch, shapeKey, type TokenSequence, type WantedPositions } from './batch.ts';
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

/** A language model's parameters under cross-entropy. Owns them and its programs until disposed. */
export class LanguageModelLearner {
  readonly learner: Learner;
  readonly #model: LanguageModel;
  readonly #wanted: WantedPositions;
  readonly #validation: LogprobPass;

  constructor(
    model: LanguageModel,
    wanted: Exclude<WantedPositions, 'last'>,
    settings: OptimizerSettings,
    execution: ExecutionOptions = {},
  ) {
    this.#model = model;
    this.#wanted = wanted;
    this.learner = new Learner('policy', model.parameters.clone(), settings, execution);
    this.#validation = new LogprobPass(model.config, 1, execution);
  }

  /** One update on a batch of sequences. */
  async step(
    sequences: readonly TokenSequence[],
    learningRate: number,
  ): Promise<LanguageModelStep> {
    const { config } = this.#model;
    const batch = packBatch(sequences, this.#wanted, config.nCtx);
    const counted = batch.offsets.at(-1) ?? 0;
    const weights = new Float32Array(batch.shape.positions).fill(1 / counted, 0, counted);
    const { loss, gradNorm } = await this.learner.step({
      key: shapeKey(batch.shape),
      graph: () => {
        const { logprobs, trainable } = logprobsAt(config, batch.shape, 1);
        const loss = crossEntropy(logprobs, input('weights', [batch.shape.positions]));
        return { loss, trainable };
      },
      feeds: { ...batchFeeds(batch), targets: batch.targets, weights },
      learningRate,
    });
    return { loss, gradNorm, tokens: batch.tokenCount };
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
