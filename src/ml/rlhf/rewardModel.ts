/** The reward model on K-way rankings (Ouyang et al. 2022, section 3.5, Equation 1, appendix C.2). */
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import type { RewardReport } from '../../protocol/rewardReport.ts';
import { input } from '../graph/index.ts';
import {
  dropoutMasks,
  scoreWeight,
  withScalarHead,
  withoutDropout,
  type LanguageModel,
  type RewardModel,
} from '../models/index.ts';
import { cosineDecay } from '../optim/index.ts';
import type { Arrays, ExecutionOptions } from '../runtime/index.ts';
import { adapted, keptModel } from './adapted.ts';
import {
  packBatch,
  sequenceLength,
  shapeKey,
  type BatchShape,
  type TokenSequence,
} from './batch.ts';
import { packComparisons } from './comparisons.ts';
import { encodeCompletion, fitsContext } from './encodeCompletion.ts';
import {
  encodeRankings,
  longestFirst,
  type EncodedRanking,
  type RankedCompletions,
} from './encodedRankings.ts';
import { Learner } from './learner.ts';
import { rankingLoss } from './losses.ts';
import { normalisation } from './normalisation.ts';
import { EpochOrder } from './order.ts';
import { ScalarPass, batchFeeds, scalarsAt } from './passes.ts';
import { rewardQuality, type ScoredRanking } from './rewardQuality.ts';
import { judgeRewardModel } from './rewardVerdict.ts';
import type { Demonstrated } from './sft.ts';
import type { LossPass } from './stepper.ts';
import { mean, standardDeviation } from './statistics.ts';
import type {
  LoopResult,
  LoopSample,
  LoopState,
  StepReport,
  TrainingLoop,
} from './trainingLoop.ts';
import { beforeTraining, shownPrompts } from './validationSamples.ts';

/** What training a reward model needs. */
export interface RewardModelOptions {
  /** The language model whose trunk it starts from; it is not changed. */
  readonly model: LanguageModel;
  readonly rankings: readonly RankedCompletions[];
  /** Held-out rankings for the report; may be empty. */
  readonly validation: readonly RankedCompletions[];
  /** After training a bias is set so that these score 0 on average; may be empty. */
  readonly demonstrations: readonly Demonstrated[];
  readonly hyperparameters: Hyperparameters<'rm'>;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

/** A reward model and what was found about it. */
export interface RewardModelResult extends LoopResult<RewardModel> {
  readonly report: RewardReport;
}

const scoringRows = 64;

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
    const { hyperparameters, seed, execution } = options;
    const model = adapted(options.model, hyperparameters, seed);
    this.#options = { ...options, model };
    this.#training = encodeRankings(model, options.rankings);
    this.#validation = encodeRankings(model, options.validation);
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
    this.#scores = new ScalarPass(withoutDropout(model.config), execution);
  }

  get step(): number {
    return this.#learner.steps;
  }

  async advance(): Promise<StepReport> {
    const { hyperparameters } = this.#options;
    const schedule = cosineDecay(this.totalSteps, hyperparameters.finalLearningRateRatio);
    const learningRate = hyperparameters.learningRate * schedule(this.step);
    const samples = this.step === 0 ? beforeTraining(await this.#samples()) : [];
    const rankings = this.#order.batch(this.step).map((index) => this.#training[index]);
    const { passes, gradNorm } = await this.#learner.step([this.#pass(rankings)], learningRate, {
      size: rankings.length,
      of: 'rankings',
      setting: 'batchSize',
      passes: (size) => [this.#pass(longestFirst(rankings).slice(0, size))],
    });
    const metrics: Record<string, number> = {
      'rm/loss': passes[0]['loss'],
      'rm/accuracy': passes[0]['accuracy'],
      grad_norm: gradNorm,
      learning_rate: learningRate,
    };
    if (this.step % this.#order.batchesPerEpoch === 0) {
      const quality = rewardQuality(await this.#scored(this.#validation, (reward) => reward));
      if (quality !== null) {
        metrics['rm/validation_accuracy'] = quality.accuracy;
        metrics['rm/validation_loss'] = quality.loss;
      }
      samples.push(...(await this.#samples()));
    }
    const tokens = rankings
      .flatMap(({ sequences }) => sequences)
      .reduce((sum, sequence) => sum + sequenceLength(sequence), 0);
    return { metrics, tokens, samples };
  }

  /** The loss of some rankings. */
  #pass(rankings: readonly EncodedRanking[]): LossPass {
    const { model, hyperparameters } = this.#options;
    const sequences = rankings.flatMap((ranking) => ranking.sequences);
    const batch = packBatch(sequences, 'last', model.config.nCtx);
    const divisor = hyperparameters.pairDivisor === 'all' ? 'all' : 'remaining';
    const comparisons = packComparisons(rankings, divisor);
    const pairs = comparisons.chosen.length;
    return {
      key: `${shapeKey(batch.shape)} ${pairs}`,
      graph: () => {
        const { scalars, trainable } = scalarsAt(model.config, batch.shape);
        return { ...rankingLoss(scalars, comparisonInputs(pairs)), trainable };
      },
      feeds: { ...batchFeeds(batch), ...comparisons, ...this.#dropout(batch.shape) },
    };
  }

  /** What the completions of a few held-out rankings score now, before the bias that is set at the end. */
  async #samples(): Promise<LoopSample[]> {
    const byPrompt = new Map([...this.#validation].reverse().map((of) => [of.source.prompt, of]));
    const shown = [...byPrompt.values()].slice(-shownPrompts).reverse();
    const scored = await this.#scored(shown, (reward) => reward);
    return scored.flatMap(({ prompt, ranking, completions }) =>
      ranking.flatMap((group, place) =>
        group.map((index): LoopSample => ({
          prompt: prompt.replace(/\n$/, ''),
          completion: completions[index].text,
          score: completions[index].score,
          rank: place + 1,
        })),
      ),
    );
  }

  #dropout({ rows, length }: BatchShape): Arrays {
    const { model, seed } = this.#options;
    return dropoutMasks(model.config, rows * length, new Random(`dropout ${seed} ${this.step}`));
  }

  /** Rankings with the model's rewards as it stands; those that do not fit are left out. */
  score(rankings: readonly RankedCompletions[]): Promise<ScoredRanking[]> {
    return this.#scored(encodeRankings(this.#options.model, rankings), (reward) => reward);
  }

  async #scored(
    rankings: readonly EncodedRanking[],
    scoreOf: (reward: number) => number,
  ): Promise<ScoredRanking[]> {
    const rewards = await this.#rewards(rankings.flatMap(({ sequences }) => sequences));
    let next = 0;
    return rankings.map(({ source, sequences }) => ({
      ...source,
      completions: source.completions.map(({ text }, i) => ({
        text,
        tokens: sequenceLength(sequences[i]) - sequences[i].prompt.length,
        score: scoreOf(rewards[next++]),
      })),
    }));
  }

  /** The head's output after each sequence: the score before its bias. */
  async #rewards(sequences: readonly TokenSequence[]): Promise<number[]> {
    const rows = await this.#scores.run(this.#learner.parameters, sequences, 'last', scoringRows);
    return rows.map((row) => row[0]);
  }

  settle(): Promise<void> {
    return this.#learner.toHost();
  }

  snapshot(): LoopState {
    return this.#learner.snapshot();
  }

  restore(state: LoopState): void {
    this.#learner.restore(state);
  }

  async finish(): Promise<RewardModelResult> {
    const { model, hyperparameters } = this.#options;
    const demonstrated = await this.#demonstrationRewards();
    const { gain, bias } = normalisation(hyperparameters.normalize, demonstrated);
    const scoreOf = (reward: number): number => gain * reward + bias;
    await this.settle();
    const report = await this.#report(demonstrated.map(scoreOf), scoreOf);
    const { parameters } = this.#learner;
    const head = parameters.view(scoreWeight);
    for (let i = 0; i < head.length; i++) head[i] *= gain;
    const { validation, training } = report;
    return {
      ...keptModel({ ...model, rewardBias: bias }, parameters, 'scalar'),
      summary: {
        rankings: report.trained.rankings,
        comparisons: report.trained.comparisons,
        ...(validation === null
          ? {}
          : {
              'rm/validation_accuracy': validation.accuracy,
              'rm/validation_loss': validation.loss,
              'rm/calibration_error': validation.calibrationError,
            }),
        ...(typeof validation?.length.withinPrompts === 'number'
          ? { 'rm/length_correlation': validation.length.withinPrompts }
          : {}),
        ...(training === null ? {} : { 'rm/training_accuracy': training.accuracy }),
        reward_bias: bias,
      },
      report,
    };
  }

  async #demonstrationRewards(): Promise<number[]> {
    const { model, demonstrations } = this.#options;
    const sequences = demonstrations
      .map(({ prompt, completion }) => encodeCompletion(model, prompt, completion))
      .filter((sequence) => fitsContext(model, sequence));
    return this.#rewards(sequences);
  }

  async #report(
    demonstrated: readonly number[],
    scoreOf: (reward: number) => number,
  ): Promise<RewardReport> {
    const { rankings, seed } = this.#options;
    const validation = rewardQuality(await this.#scored(this.#validation, scoreOf));
    const seen = new Random(`seen rankings ${seed}`).sample(
      this.#training,
      Math.min(this.#training.length, this.#validation.length),
    );
    const training = rewardQuality(await this.#scored(seen, scoreOf));
    const found = {
      trained: {
        rankings: this.#training.length,
        comparisons: this.#training.reduce((sum, { pairs }) => sum + pairs.length, 0),
        leftOut: rankings.length - this.#training.length,
      },
      training: training === null ? null : { accuracy: training.accuracy, loss: training.loss },
      validation,
      demonstrations:
        demonstrated.length === 0
          ? null
          : {
              count: demonstrated.length,
              mean: mean(demonstrated),
              deviation: standardDeviation(demonstrated),
            },
      crossValidation: null,
    };
    return { ...found, verdict: judgeRewardModel(found) };
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
