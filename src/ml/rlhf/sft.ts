/** Supervised fine-tuning on demonstrations (Ouyang et al. 2022, section 3.5 and appendix C.1). */
import { InstructError } from '../../protocol/errors.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import type { LanguageModel } from '../models/index.ts';
import { cosineDecay } from '../optim/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import { adapted, keptModel } from './adapted.ts';
import { sequenceLength, type TokenSequence } from './batch.ts';
import { encodeCompletion, fitsContext } from './encodeCompletion.ts';
import { LanguageModelLearner } from './languageModelLoss.ts';
import { EpochOrder } from './order.ts';
import type { LoopResult, LoopState, StepReport, TrainingLoop } from './trainingLoop.ts';

/** A demonstration as a model sees it. */
export interface Demonstrated {
  /** The model's text for the prompt, separator included. */
  readonly prompt: string;
  readonly completion: string;
}

/** What supervised fine-tuning needs. */
export interface SftOptions {
  /** The model to start from; it is not changed. */
  readonly model: LanguageModel;
  readonly demonstrations: readonly Demonstrated[];
  /** Held-out demonstrations for the validation loss; may be empty. */
  readonly validation: readonly Demonstrated[];
  readonly hyperparameters: Hyperparameters<'sft'>;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

/** Fine-tunes a language model; no warm-up, then a cosine to a share of the peak. */
export class SftLoop implements TrainingLoop<LanguageModel> {
  readonly totalSteps: number;
  readonly #options: SftOptions;
  readonly #training: readonly TokenSequence[];
  readonly #validation: readonly TokenSequence[];
  readonly #order: EpochOrder;
  readonly #learner: LanguageModelLearner;
  #step = 0;

  /** @throws InstructError `empty-dataset` when no demonstration fits the model's context. */
  constructor(options: SftOptions) {
    const { hyperparameters, seed } = options;
    const model = adapted(options.model, hyperparameters, seed);
    this.#options = { ...options, model };
    this.#training = encodeAll(model, options.demonstrations);
    this.#validation = encodeAll(model, options.validation);
    if (this.#training.length === 0) {
      throw new InstructError({
        code: 'empty-dataset',
        message: `None of ${options.demonstrations.length} demonstrations for training fits the context of ${model.config.nCtx} tokens.`,
        remedy: 'Write demonstrations for prompts of the "train" split, then start again.',
      });
    }
    this.#order = new EpochOrder(this.#training.length, hyperparameters.batchSize, options.seed);
    this.totalSteps = hyperparameters.epochs * this.#order.batchesPerEpoch;
    const wanted = hyperparameters.completionOnlyLoss ? 'completion' : 'all';
    this.#learner = new LanguageModelLearner(
      model,
      wanted,
      hyperparameters,
      options.execution,
      seed,
    );
  }

  /** Mean tokens of a demonstration: what a step takes is by this and the batch size. */
  get meanLength(): number {
    const tokens = this.#training.reduce((sum, each) => sum + sequenceLength(each), 0);
    return Math.ceil(tokens / this.#training.length);
  }

  get step(): number {
    return this.#step;
  }

  async advance(): Promise<StepReport> {
    const { hyperparameters } = this.#options;
    const schedule = cosineDecay(this.totalSteps, hyperparameters.finalLearningRateRatio);
    const learningRate = hyperparameters.learningRate * schedule(this.#step);
    const sequences = this.#order.batch(this.#step).map((index) => this.#training[index]);
    const { loss, gradNorm, tokens } = await this.#learner.step(sequences, learningRate);
    this.#step++;
    const metrics: Record<string, number> = {
      'sft/loss': loss,
      grad_norm: gradNorm,
      learning_rate: learningRate,
    };
    const epochEnds = this.#step % this.#order.batchesPerEpoch === 0;
    if (epochEnds && this.#validation.length > 0) {
      metrics['sft/validation_loss'] = await this.#validationLoss();
    }
    return { metrics, tokens };
  }

  #validationLoss(): Promise<number> {
    return this.#learner.validationLoss(this.#validation, this.#options.hyperparameters.batchSize);
  }

  snapshot(): LoopState {
    return this.#learner.learner.snapshot();
  }

  restore(state: LoopState): void {
    this.#learner.learner.restore(state);
    this.#step = this.#learner.learner.steps;
  }

  async finish(): Promise<LoopResult<LanguageModel>> {
    const summary: Record<string, number> = { demonstrations: this.#training.length };
    if (this.#validation.length > 0) summary['sft/validation_loss'] = await this.#validationLoss();
    return {
      ...keptModel(this.#options.model, this.#learner.learner.parameters),
      summary,
    };
  }

  dispose(): void {
    this.#learner.dispose();
  }
}

/** The demonstrations that fit the context, as tokens. */
function encodeAll(model: LanguageModel, demonstrations: readonly Demonstrated[]): TokenSequence[] {
  return demonstrations
    .map(({ prompt, completion }) => encodeCompletion(model, prompt, completion))
    .filter((sequence) => fitsContext(model, sequence));
}
