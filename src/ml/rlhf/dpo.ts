/**
 * Direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290): a policy straight from
 * rankings, without a reward model and without sampling. An alternative to PPO behind the same
 * interface, so that the two can be compared on the same rankings.
 */
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import { dropoutMasks, withoutDropout, type LanguageModel } from '../models/index.ts';
import { cosineDecay } from '../optim/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import { adapted, keptModel } from './adapted.ts';
import { packBatch, sequenceLength, shapeKey, type TokenSequence } from './batch.ts';
import { packComparisons } from './comparisons.ts';
import { directPreferenceLoss, preferenceInputs } from './directPreference.ts';
import {
  encodeRankings,
  longestFirst,
  type EncodedRanking,
  type RankedCompletions,
} from './encodedRankings.ts';
import { Learner } from './learner.ts';
import { EpochOrder } from './order.ts';
import { LogprobPass, batchFeeds, logprobsAt } from './passes.ts';
import { mean } from './statistics.ts';
import type { LossPass } from './stepper.ts';
import { beforeTraining, ValidationSamples } from './validationSamples.ts';
import type { LoopResult, LoopState, StepReport, TrainingLoop } from './trainingLoop.ts';

/** What direct preference optimisation needs. */
export interface DpoOptions {
  /** The SFT model: where the policy starts, and the frozen reference. An adapter is worked into it in the end. */
  readonly model: LanguageModel;
  readonly rankings: readonly RankedCompletions[];
  /** Held-out rankings for the accuracy; may be empty. */
  readonly validation: readonly RankedCompletions[];
  readonly hyperparameters: Hyperparameters<'dpo'>;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

const scoringRows = 64;
/** Completions of a batch are padded to a multiple of this, so that few programs are compiled. */
const completionStep = 16;
/** The longest completion of a held-out prompt that is shown. */
const sampledTokens = 48;

/** See the file's header. One `advance` is one optimisation step. */
export class DpoLoop implements TrainingLoop<LanguageModel> {
  readonly totalSteps: number;
  readonly #options: DpoOptions;
  readonly #training: readonly EncodedRanking[];
  readonly #validation: readonly EncodedRanking[];
  readonly #order: EpochOrder;
  readonly #learner: Learner;
  readonly #logprobs: LogprobPass;
  readonly #samples: ValidationSamples;

  /** @throws InstructError `empty-dataset` when no ranking holds a comparison. */
  constructor(options: DpoOptions) {
    const { hyperparameters, seed, execution } = options;
    const model = adapted(options.model, hyperparameters, seed);
    this.#options = { ...options, model };
    this.#training = usable(model, options.rankings);
    this.#validation = usable(model, options.validation);
    if (this.#training.length === 0) {
      throw new InstructError({
        code: 'empty-dataset',
        message: `None of ${options.rankings.length} rankings for training holds a comparison that fits the context of ${model.config.nCtx} tokens.`,
        remedy: 'Rank completions of prompts of the "train" split, not all as ties.',
      });
    }
    this.#order = new EpochOrder(this.#training.length, hyperparameters.batchSize, seed);
    this.totalSteps = hyperparameters.epochs * this.#order.batchesPerEpoch;
    this.#learner = new Learner('policy', model.parameters.clone(), hyperparameters, execution);
    this.#logprobs = new LogprobPass(withoutDropout(model.config), 1, execution);
    const prompts = options.validation.map(({ prompt }) => ({ prompt }));
    this.#samples = new ValidationSamples({
      model,
      prompts,
      maxNewTokens: sampledTokens,
      execution,
    });
  }

  get step(): number {
    return this.#learner.steps;
  }

  async advance(): Promise<StepReport> {
    const { hyperparameters } = this.#options;
    const schedule = cosineDecay(this.totalSteps, hyperparameters.finalLearningRateRatio);
    const learningRate = hyperparameters.learningRate * schedule(this.step);
    const samples =
      this.step === 0 ? beforeTraining(await this.#samples.draw(this.#learner.parameters)) : [];
    const rankings = this.#order.batch(this.step).map((index) => this.#training[index]);
    const references = await this.#references(rankings);
    const pass = (of: readonly EncodedRanking[]): LossPass => this.#pass(of, references);
    const { passes, gradNorm } = await this.#learner.step([pass(rankings)], learningRate, {
      size: rankings.length,
      of: 'rankings',
      setting: 'batchSize',
      passes: (size) => [pass(longestFirst(rankings).slice(0, size))],
    });
    const metrics: Record<string, number> = {
      'dpo/loss': passes[0]['loss'],
      'dpo/accuracy': passes[0]['accuracy'],
      grad_norm: gradNorm,
      learning_rate: learningRate,
    };
    if (this.step % this.#order.batchesPerEpoch === 0) {
      Object.assign(metrics, await this.#validate());
      samples.push(...(await this.#samples.draw(this.#learner.parameters)));
    }
    const tokens = rankings
      .flatMap(({ sequences }) => sequences)
      .reduce((sum, sequence) => sum + sequenceLength(sequence), 0);
    return { metrics, tokens, samples };
  }

  /** What the reference says of each completion of some rankings. */
  async #references(
    rankings: readonly EncodedRanking[],
  ): Promise<ReadonlyMap<TokenSequence, number>> {
    const sequences = rankings.flatMap((ranking) => ranking.sequences);
    const sums = await this.#sums(this.#options.model.parameters, sequences);
    return new Map(sequences.map((sequence, i) => [sequence, sums[i]]));
  }

  /** The loss of some rankings. */
  #pass(
    rankings: readonly EncodedRanking[],
    references: ReadonlyMap<TokenSequence, number>,
  ): LossPass {
    const { model, hyperparameters, seed } = this.#options;
    const sequences = rankings.flatMap((ranking) => ranking.sequences);
    const batch = packBatch(sequences, 'completion', model.config.nCtx);
    const { positions } = batch.shape;
    const completions = Math.ceil(sequences.length / completionStep) * completionStep;
    const comparisons = packComparisons(rankings, 'remaining');
    const pairs = comparisons.chosen.length;
    const refLogprobs = new Float32Array(completions);
    refLogprobs.set(sequences.map((sequence) => references.get(sequence) ?? NaN));
    return {
      key: `${shapeKey(batch.shape)} ${completions} ${pairs}`,
      graph: () => {
        const { logprobs, trainable } = logprobsAt(model.config, batch.shape, 1);
        const inputs = preferenceInputs(completions, positions, pairs);
        const { loss, metrics } = directPreferenceLoss(logprobs, inputs, hyperparameters.beta);
        return { loss, metrics, trainable };
      },
      feeds: {
        ...batchFeeds(batch),
        ...comparisons,
        ...dropoutMasks(
          model.config,
          batch.shape.rows * batch.shape.length,
          new Random(`dropout ${seed} ${this.step}`),
        ),
        targets: batch.targets,
        membership: membershipOf(batch.offsets, completions, positions),
        refLogprobs,
      },
    };
  }

  /** The log-probability of each whole completion, nats. */
  async #sums(
    parameters: LanguageModel['parameters'],
    sequences: readonly TokenSequence[],
  ): Promise<number[]> {
    const rows = await this.#logprobs.run(parameters, sequences, 'completion', scoringRows);
    return rows.map((row) => row.reduce((sum, logprob) => sum + logprob, 0));
  }

  /**
   * On held-out rankings: how often the implicit rewards order two completions as the labeler did, and
   * how far the policy's likelihood of the chosen and of the rejected ones has moved, in nats. (That
   * both fall is the known way in which this method goes wrong.)
   */
  async #validate(): Promise<Record<string, number>> {
    if (this.#validation.length === 0) return {};
    const sequences = this.#validation.flatMap((ranking) => ranking.sequences);
    const own = await this.#sums(this.#learner.parameters, sequences);
    const reference = await this.#sums(this.#options.model.parameters, sequences);
    const shifts = own.map((logprob, i) => logprob - reference[i]);
    let first = 0;
    const pairs = this.#validation.flatMap((ranking) => {
      const start = first;
      first += ranking.sequences.length;
      return ranking.pairs.map(([chosen, rejected]) => ({
        chosen: shifts[start + chosen],
        rejected: shifts[start + rejected],
      }));
    });
    return {
      'dpo/validation_accuracy': mean(
        pairs.map(({ chosen, rejected }) => (1 + Math.sign(chosen - rejected)) / 2),
      ),
      'dpo/chosen_shift': mean(pairs.map(({ chosen }) => chosen)),
      'dpo/rejected_shift': mean(pairs.map(({ rejected }) => rejected)),
    };
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

  async finish(): Promise<LoopResult<LanguageModel>> {
    await this.settle();
    const summary = {
      rankings: this.#training.length,
      comparisons: this.#training.reduce((sum, { pairs }) => sum + pairs.length, 0),
      ...(await this.#validate()),
    };
    return { ...keptModel(this.#options.model, this.#learner.parameters), summary };
  }

  dispose(): void {
    this.#learner.dispose();
    this.#logprobs.dispose();
    this.#samples.dispose();
  }
}

/** [S, N] as {@link preferenceInputs} wants it; completions of the padding have no position. */
function membershipOf(
  offsets: readonly number[],
  completions: number,
  positions: number,
): Float32Array {
  const membership = new Float32Array(completions * positions);
  offsets.slice(1).forEach((end, i) => {
    membership.fill(1, i * positions + offsets[i], i * positions + end);
  });
  return membership;
}

/** The rankings that fit the context and of which every completion has a token to predict. */
function usable(model: LanguageModel, rankings: readonly RankedCompletions[]): EncodedRanking[] {
  return encodeRankings(model, rankings).filter(({ sequences }) =>
    sequences.every(({ prompt, completion }) => prompt.length > 0 && completion.length > 0),
  );
}
