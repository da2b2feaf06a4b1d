/** Supervised fine-tuning on demonstrations (Ouyang et al. 2022, section 3.5 and appendix C.1). */
import * as z from 'zod';
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import type { LanguageModel, RewardModel } from '../models/index.ts';
import { cosineDecay } from '../optim/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import { adapted, keptModel } from './adapted.ts';
import type { TokenSequence } from './batch.ts';
import { BestParameters } from './bestParameters.ts';
import { drawDocumentRows, type DrawDocument } from './documentRows.ts';
import { encodeCompletion, fitsContext } from './encodeCompletion.ts';
import { LanguageModelLearner, type MixedSequences } from './languageModelLoss.ts';
import { badCheckpoint } from './learner.ts';
import { EpochOrder } from './order.ts';
import type { LoopResult, LoopState, StepReport, TrainingLoop } from './trainingLoop.ts';
import { beforeTraining, ValidationSamples } from './validationSamples.ts';
import { ValidationScore } from './validationScore.ts';

/** A demonstration as a model sees it. */
export interface Demonstrated {
  /** The model's text for the prompt, separator included. */
  readonly prompt: string;
  readonly completion: string;
}

/** What supervised fine-tuning needs. */
export interface SftOptions {
  /** The model to start from. Its parameters become the loop's, which changes them. */
  readonly model: LanguageModel;
  readonly demonstrations: readonly Demonstrated[];
  /** Held-out demonstrations for the validation loss; may be empty. */
  readonly validation: readonly Demonstrated[];
  /** Scores the model's own completions after each epoch; nothing is scored when left out. */
  readonly rewardModel?: RewardModel | undefined;
  /** Held-out prompts for that and for samples to look at, the model's text, separator included. */
  readonly validationPrompts?: readonly string[] | undefined;
  /** Draws pre-training text; needed where `pretrainMix` is above 0. */
  readonly document?: DrawDocument | undefined;
  readonly hyperparameters: Hyperparameters<'sft'>;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

const stateSchema = z.object({ learner: z.int().min(0), best: z.json() });

/**
 * Fine-tunes a language model; no warm-up, then a cosine to a share of the peak. What it leaves is the
 * last epoch's model or the best one's, by the validation loss or by a reward model.
 */
export class SftLoop implements TrainingLoop<LanguageModel> {
  readonly totalSteps: number;
  readonly #options: SftOptions;
  readonly #training: readonly TokenSequence[];
  readonly #validation: readonly TokenSequence[];
  readonly #order: EpochOrder;
  readonly #learner: LanguageModelLearner;
  readonly #score: ValidationScore | null;
  readonly #best: BestParameters;
  readonly #samples: ValidationSamples;

  /**
   * @throws InstructError `empty-dataset` when no demonstration fits the model's context, or what
   * `selectBy` needs is missing; `bad-tokenizer` when the reward model reads other tokens.
   */
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
    this.#checkSelection();
    if (hyperparameters.pretrainMix > 0 && options.document === undefined) {
      throw new Error('SftLoop: expected documents for pretrainMix above 0, got none');
    }
    this.#order = new EpochOrder(this.#training.length, hyperparameters.batchSize, options.seed);
    this.totalSteps = hyperparameters.epochs * this.#order.batchesPerEpoch;
    this.#score = validationScore(this.#options);
    this.#samples = validationSamples(this.#options);
    this.#best = new BestParameters(
      hyperparameters.selectBy === 'validation-loss' ? 'lower' : 'higher',
    );
    const wanted = hyperparameters.completionOnlyLoss ? 'completion' : 'all';
    this.#learner = new LanguageModelLearner(
      model,
      wanted,
      hyperparameters,
      options.execution,
      seed,
    );
  }

  #checkSelection(): void {
    const { hyperparameters, rewardModel } = this.#options;
    const missing =
      hyperparameters.selectBy === 'validation-loss' && this.#validation.length === 0
        ? ['validation loss', 'demonstrations of the "valid" split']
        : hyperparameters.selectBy === 'reward-score' && rewardModel === undefined
          ? ['reward model score', 'a reward model']
          : null;
    if (missing === null) return;
    throw new InstructError({
      code: 'empty-dataset',
      message: `The best epoch is to be chosen by ${missing[0]}, and there is no such thing: that needs ${missing[1]}.`,
      remedy: `Provide ${missing[1]}, or set sft.selectBy to "last".`,
    });
  }

  get step(): number {
    return this.#learner.learner.steps;
  }

  async advance(): Promise<StepReport> {
    const { hyperparameters } = this.#options;
    const { residualDropout } = hyperparameters;
    const step = this.step;
    const { parameters } = this.#learner.learner;
    const samples = step === 0 ? beforeTraining(await this.#samples.draw(parameters)) : [];
    const schedule = cosineDecay(this.totalSteps, hyperparameters.finalLearningRateRatio);
    const learningRate = hyperparameters.learningRate * schedule(step);
    const sequences = this.#order.batch(step).map((index) => this.#training[index]);
    const { loss, mixedLoss, gradNorm, tokens } = await this.#learner.step(
      sequences,
      learningRate,
      { residualDropout, mixed: this.#mixed(sequences.length) },
    );
    const metrics: Record<string, number> = {
      'sft/loss': loss,
      ...(mixedLoss === undefined ? {} : { 'sft/pretrain_loss': mixedLoss }),
      grad_norm: gradNorm,
      learning_rate: learningRate,
    };
    const { batchesPerEpoch } = this.#order;
    if (this.step % batchesPerEpoch === 0) {
      const measured = await this.#measure();
      Object.assign(metrics, measured);
      await this.#select(this.step / batchesPerEpoch, measured);
      samples.push(...(await this.#samples.draw(parameters)));
    }
    return { metrics, tokens, samples };
  }

  /** Rows of pre-training text: so many that they are their share of the batch, one at least. */
  #mixed(demonstrations: number): MixedSequences | undefined {
    const { model, document, hyperparameters, seed } = this.#options;
    const { pretrainMix: share } = hyperparameters;
    if (document === undefined || share === 0) return undefined;
    const rows = Math.max(1, Math.round((demonstrations * share) / (1 - share)));
    const random = new Random(`pretraining mix ${seed} ${this.step}`);
    const length = model.config.nCtx;
    return {
      sequences: drawDocumentRows(model.tokenizer, document, random, { rows, length }),
      share,
    };
  }

  /** What is measured of the model as it stands, on what was held out. */
  async #measure(): Promise<Record<string, number>> {
    const { batchSize, microBatchSize } = this.#options.hyperparameters;
    const rows = microBatchSize > 0 ? Math.min(microBatchSize, batchSize) : batchSize;
    const { parameters } = this.#learner.learner;
    const measured: Record<string, number> = {};
    if (this.#validation.length > 0) {
      const loss = await this.#learner.validationLoss(this.#validation, rows);
      measured['sft/validation_loss'] = loss;
    }
    if (this.#score !== null) {
      measured['sft/validation_score'] = await this.#score.measure(parameters);
    }
    return measured;
  }

  async #select(epoch: number, measured: Readonly<Record<string, number>>): Promise<void> {
    const { selectBy } = this.#options.hyperparameters;
    if (selectBy === 'last') return;
    await this.settle();
    const metric = selectBy === 'validation-loss' ? 'sft/validation_loss' : 'sft/validation_score';
    this.#best.offer(epoch, measured[metric], this.#learner.learner.parameters);
  }

  settle(): Promise<void> {
    return this.#learner.learner.toHost();
  }

  snapshot(): LoopState {
    const learner = this.#learner.learner.snapshot();
    const best = this.#best.snapshot();
    return {
      tensors: new Map([...learner.tensors, ...best.tensors]),
      json: { learner: learner.json, best: best.json },
    };
  }

  restore({ tensors, json }: LoopState): void {
    const parsed = stateSchema.safeParse(json);
    if (!parsed.success) throw badCheckpoint('no step and best epoch');
    const { learner } = this.#learner;
    learner.restore({ tensors, json: parsed.data.learner });
    this.#best.restore({ tensors, json: parsed.data.best }, learner.parameters);
  }

  async finish(): Promise<LoopResult<LanguageModel>> {
    await this.settle();
    const { parameters } = this.#learner.learner;
    const { epoch, parameters: best } = this.#best;
    // What is measured of the best must be what is left behind.
    if (best !== null) parameters.data.set(best.data);
    const summary = {
      demonstrations: this.#training.length,
      ...(await this.#measure()),
      ...(epoch === null ? {} : { 'sft/best_epoch': epoch }),
    };
    return { ...keptModel(this.#options.model, parameters), summary };
  }

  dispose(): void {
    this.#learner.dispose();
    this.#score?.dispose();
    this.#samples.dispose();
  }
}

function validationSamples(options: SftOptions): ValidationSamples {
  const { model, rewardModel, validationPrompts = [], hyperparameters, execution } = options;
  const prompts = validationPrompts.map((prompt) => ({ prompt }));
  const { selectMaxNewTokens: maxNewTokens } = hyperparameters;
  return new ValidationSamples({ model, rewardModel, prompts, maxNewTokens, execution });
}

function validationScore(options: SftOptions): ValidationScore | null {
  const { model, rewardModel, validationPrompts = [], hyperparameters, seed, execution } = options;
  if (rewardModel === undefined) return null;
  return new ValidationScore({
    model,
    rewardModel,
    prompts: validationPrompts,
    count: hyperparameters.selectPrompts,
    maxNewTokens: hyperparameters.selectMaxNewTokens,
    seed,
    ...(execution !== undefined && { execution }),
  });
}

/** The demonstrations that fit the context, as tokens. */
function encodeAll(model: LanguageModel, demonstrations: readonly Demonstrated[]): TokenSequence[] {
  return demonstrations
    .map(({ prompt, completion }) => encodeCompletion(model, prompt, completion))
    .filter((sequence) => fitsContext(model, sequence));
}
