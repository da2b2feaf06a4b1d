/** The reward model on K-way rankings (Ouyang et al. 2022, section 3.5, Equation 1, appendix C.2). */
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import { input } from '../graph/index.ts';
import { withScalarHead, type LanguageModel, type RewardModel } from '../models/index.ts';
import { cosineDecay } from '../optim/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import { packBatch, shapeKey, type TokenSequence } from './batch.ts';
import { packComparisons, pairAccuracy, pairsOf, type Pair } from './comparisons.ts';
import { encodeCompletion, fitsContext } from './encodeCompletion.ts';
import { Learner } from './learner.ts';
import { rankingLoss } from './losses.ts';
import { EpochOrder } from './order.ts';
import { ScalarPass, batchFeeds, scalarsAt } from './passes.ts';
import type { Demonstrated } from './sft.ts';
import type { LoopResult, LoopState, StepReport, TrainingLoop } from './trainingLoop.ts';

/** K completions of one prompt in a labeler's order. */
export interface RankedCompletions {
  /** The model's text for the prompt, separator included. */
  readonly prompt: string;
  readonly completions: readonly {
    readonly text: string;
    /** Whether the completion ended by itself. */
    readonly ended: boolean;
  }[];
  /** Groups of indices into `completions`, best first; a group of several is a tie. */
  readonly ranking: readonly (readonly number[])[];
}

/** What training a reward model needs. */
export interface RewardModelOptions {
  /** The language model whose trunk it starts from; it is not changed. */
  readonly model: LanguageModel;
  readonly rankings: readonly RankedCompletions[];
  /** Held-out rankings for the accuracy; may be empty. */
  readonly validation: readonly RankedCompletions[];
  /** After training a bias is set so that these score 0 on average; may be empty. */
  readonly demonstrations: readonly Demonstrated[];
  readonly hyperparameters: Hyperparameters<'rm'>;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

/** A ranking as tokens, with its comparisons. */
interface EncodedRanking {
  readonly sequences: readonly TokenSequence[];
  readonly pairs: readonly Pair[];
}

/** Trains a reward model: K forward passes a prompt, all its pairs in one batch element. */
export class RewardModelLoop implements TrainingLoop<RewardModel> {
  readonly totalSteps: number;
  readonly #options: RewardModelOptions;
  readonly #training: readonly EncodedRanking[];
  readonly #validation: readonly EncodedRanking[];
  readonly #order: EpochOrder;
  readonly #learner: Learner;
  readonly #scores: ScalarPass;

  /** @throws InstructError `empty-dataset` when no ranking holds a comparison. */
  constructor(options: RewardModelOptions) {
    const { model, hyperparameters, seed, execution } = options;
    this.#options = options;
    this.#training = encodeAll(model, options.rankings);
    this.#validation = encodeAll(model, options.validation);
    if (this.#training.length === 0) {
      throw new InstructError({
        code: 'empty-dataset',
        message: `None of ${options.rankings.length} rankings for training holds a comparison that fits the context of ${model.config.nCtx} tokens.`,
        remedy: 'Rank completions of prompts of the "train" split, not all as ties.',
      });
    }
    this.#order = new EpochOrder(this.#training.length, hyperparameters.batchSize, seed);
    this.totalSteps = hyperparameters.epochs * this.#order.batchesPerEpoch;
    const parameters = withScalarHead(
      model.config,
      model.parameters,
      new Random(`reward head ${seed}`),
    );
    this.#learner = new Learner('reward', parameters, hyperparameters, execution);
    this.#scores = new ScalarPass(model.config, execution);
  }

  get step(): number {
    return this.#learner.steps;
  }

  async advance(): Promise<StepReport> {
    const { model, hyperparameters } = this.#options;
    const schedule = cosineDecay(this.totalSteps, hyperparameters.finalLearningRateRatio);
    const learningRate = hyperparameters.learningRate * schedule(this.step);
    const rankings = this.#order.batch(this.step).map((index) => this.#training[index]);
    const batch = packBatch(
      rankings.flatMap(({ sequences }) => sequences),
      'last',
      model.config.nCtx,
    );
    const comparisons = packComparisons(rankings);
    const pairs = comparisons.chosen.length;
    const { loss, accuracy, gradNorm } = await this.#learner.step({
      key: `${shapeKey(batch.shape)} ${pairs}`,
      graph: () => {
        const { scalars, trainable } = scalarsAt(model.config, batch.shape);
        return { ...rankingLoss(scalars, comparisonInputs(pairs)), trainable };
      },
      feeds: { ...batchFeeds(batch), ...comparisons },
      learningRate,
    });
    const metrics: Record<string, number> = {
      'rm/loss': loss,
      'rm/accuracy': accuracy,
      grad_norm: gradNorm,
      learning_rate: learningRate,
    };
    const epochEnds = this.step % this.#order.batchesPerEpoch === 0;
    if (epochEnds && this.#validation.length > 0) {
      metrics['rm/validation_accuracy'] = await this.#validationAccuracy();
    }
    return { metrics, tokens: batch.tokenCount };
  }

  async #validationAccuracy(): Promise<number> {
    const sequences = this.#validation.flatMap((ranking) => ranking.sequences);
    const rewards = await this.#rewards(sequences);
    let first = 0;
    const scored = this.#validation.map((ranking) => {
      const own = rewards.slice(first, first + ranking.sequences.length);
      first += ranking.sequences.length;
      return { rewards: own, pairs: ranking.pairs };
    });
    return pairAccuracy(scored);
  }

  async #rewards(sequences: readonly TokenSequence[]): Promise<number[]> {
    const rows = await this.#scores.run(this.#learner.parameters, sequences, 'last', 64);
    return rows.map((row) => row[0]);
  }

  snapshot(): LoopState {
    return this.#learner.snapshot();
  }

  restore(state: LoopState): void {
    this.#learner.restore(state);
  }

  async finish(): Promise<LoopResult<RewardModel>> {
    const { model, demonstrations } = this.#options;
    const summary: Record<string, number> = {
      rankings: this.#training.length,
      comparisons: this.#training.reduce((sum, { pairs }) => sum + pairs.length, 0),
    };
    if (this.#validation.length > 0) {
      summary['rm/validation_accuracy'] = await this.#validationAccuracy();
    }
    const demonstrated = demonstrations
      .map(({ prompt, completion }) => encodeCompletion(model, prompt, completion))
      .filter((sequence) => fitsContext(model, sequence));
    const rewards = await this.#rewards(demonstrated);
    const mean = rewards.reduce((sum, reward) => sum + reward, 0) / Math.max(1, rewards.length);
    return {
      model: { ...model, parameters: this.#learner.parameters.clone(), rewardBias: -mean },
      summary: { ...summary, reward_bias: -mean },
    };
  }

  dispose(): void {
    this.#learner.dispose();
    this.#scores.dispose();
  }
}

function comparisonInputs(pairs: number): Parameters<typeof rankingLoss>[1] {
  return {
    chosen: input('chosen', [pairs], 'int32'),
    rejected: input('rejected', [pairs], 'int32'),
    weights: input('weights', [pairs]),
  };
}

/** The rankings with at least one comparison, whose completions all fit the context. */
function encodeAll(model: LanguageModel, rankings: readonly RankedCompletions[]): EncodedRanking[] {
  return rankings
    .map(({ prompt, completions, ranking }) => ({
      sequences: completions.map(({ text, ended }) => encodeCompletion(model, prompt, text, ended)),
      pairs: pairsOf(ranking),
    }))
    .filter(
      ({ sequences, pairs }) =>
        pairs.length > 0 && sequences.every((sequence) => fitsContext(model, sequence)),
    );
}
