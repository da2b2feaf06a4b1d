/** Pre-training: next-token prediction over an endless supply of documents. */
import { Random } from '../../data/random.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import type { LanguageModel } from '../models/index.ts';
import { cosineDecay, linearWarmup } from '../optim/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import type { TokenSequence } from './batch.ts';
import { drawDocumentRows, type DrawDocument } from './documentRows.ts';
import { LanguageModelLearner } from './languageModelLoss.ts';
import type { LoopResult, LoopState, StepReport, TrainingLoop } from './trainingLoop.ts';

/** What pre-training needs. */
export interface PretrainOptions {
  /** The initialised model. Its parameters become the loop's, which changes them. */
  readonly model: LanguageModel;
  readonly document: DrawDocument;
  readonly hyperparameters: Hyperparameters<'pretrain'>;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

const validationRows = 64;

/** Pre-trains a language model; the learning rate warms up, then falls along a cosine to 10 %. */
export class PretrainLoop implements TrainingLoop<LanguageModel> {
  readonly totalSteps: number;
  readonly #options: PretrainOptions;
  readonly #learner: LanguageModelLearner;
  #step = 0;

  constructor(options: PretrainOptions) {
    this.#options = options;
    this.totalSteps = options.hyperparameters.steps;
    this.#learner = new LanguageModelLearner(
      options.model,
      'all',
      options.hyperparameters,
      options.execution,
    );
  }

  get step(): number {
    return this.#step;
  }

  async advance(): Promise<StepReport> {
    const { hyperparameters, seed } = this.#options;
    const sequences = this.#sequences(`pretrain ${seed} ${this.#step}`, hyperparameters.batchSize);
    const learningRate = this.#learningRate();
    const { loss, gradNorm, tokens } = await this.#learner.step(sequences, learningRate);
    this.#step++;
    return {
      metrics: { 'pretrain/loss': loss, grad_norm: gradNorm, learning_rate: learningRate },
      tokens,
    };
  }

  #learningRate(): number {
    const { learningRate, warmupSteps } = this.#options.hyperparameters;
    const warmup = warmupSteps > 0 ? linearWarmup(warmupSteps)(this.#step) : 1;
    return learningRate * warmup * cosineDecay(this.totalSteps, 0.1)(this.#step);
  }

  #sequences(seed: string, rows: number): TokenSequence[] {
    const { model, document, hyperparameters } = this.#options;
    const length = hyperparameters.sequenceLength;
    return drawDocumentRows(model.tokenizer, document, new Random(seed), { rows, length });
  }

  settle(): Promise<void> {
    return this.#learner.learner.toHost();
  }

  snapshot(): LoopState {
    const { tensors, json } = this.#learner.learner.snapshot();
    return { tensors, json };
  }

  restore(state: LoopState): void {
    this.#learner.learner.restore(state);
    this.#step = this.#learner.learner.steps;
  }

  async finish(): Promise<LoopResult<LanguageModel>> {
    const heldOut = this.#sequences(`held-out ${this.#options.seed}`, 4 * validationRows);
    await this.settle();
    const validationLoss = await this.#learner.validationLoss(heldOut, validationRows);
    return {
      model: { ...this.#options.model, parameters: this.#learner.learner.parameters },
      summary: { 'pretrain/validation_loss': validationLoss },
    };
  }

  dispose(): void {
    this.#learner.dispose();
  }
}
