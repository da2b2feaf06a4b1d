/**
 * Proximal policy optimisation against a reward model (Ouyang et al. 2022, section 3.5, Equation 2,
 * appendix C.4): a bandit with one completion an episode, a KL penalty per token against the SFT
 * policy, and a value model of its own that starts from the reward model.
 */
import { z } from 'zod';
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import { input, type Tensor } from '../graph/index.ts';
import {
  Generator,
  type GeneratedCompletion,
  type LanguageModel,
  type RewardModel,
} from '../models/index.ts';
import { warmupFrom } from '../optim/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import { joinSequences, packBatch, shapeKey, type TokenSequence } from './batch.ts';
import { gatherExperience, type Episode, type Experience } from './experience.ts';
import { Learner, badCheckpoint, checkFinite } from './learner.ts';
import { policyLoss, valueLoss } from './losses.ts';
import { EpochOrder } from './order.ts';
import { LogprobPass, ScalarPass, batchFeeds, logprobsAt, scalarsAt } from './passes.ts';
import type {
  LoopResult,
  LoopSample,
  LoopState,
  StateTensor,
  StepReport,
  TrainingLoop,
} from './trainingLoop.ts';
import { whiten } from './whiten.ts';

/** A prompt to be answered in rollouts. */
export interface RolloutPrompt {
  readonly promptId: string;
  /** The model's text for the prompt, separator included. */
  readonly prompt: string;
}

/** What PPO needs. */
export interface PpoOptions {
  /** The SFT model: where the policy starts, and the frozen reference. It is not changed. */
  readonly model: LanguageModel;
  /** Scores completions and is where the value model starts. It is not changed. */
  readonly rewardModel: RewardModel;
  readonly prompts: readonly RolloutPrompt[];
  readonly hyperparameters: Hyperparameters<'ppo'>;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

/** A rollout prompt as tokens. */
interface EncodedPrompt extends RolloutPrompt {
  readonly tokens: readonly number[];
}

/** The episodes of one iteration: what was sampled, and what to learn from it. */
interface Rollout {
  readonly prompts: readonly EncodedPrompt[];
  readonly sequences: readonly TokenSequence[];
  readonly episodes: readonly Episode[];
  readonly experience: Experience;
}

const scoringRows = 64;
const samplesPerIteration = 3;

const stateSchema = z.object({ step: z.int().min(0), policy: z.int(), value: z.int() });

/** PPO; one `advance` is one iteration: sample, score, and optimise over minibatches. */
export class PpoLoop implements TrainingLoop<LanguageModel> {
  readonly totalSteps: number;
  readonly #options: PpoOptions;
  readonly #prompts: readonly EncodedPrompt[];
  readonly #order: EpochOrder;
  readonly #generator: Generator;
  readonly #logprobs: LogprobPass;
  readonly #scalars: ScalarPass;
  readonly #policy: Learner;
  readonly #value: Learner;
  #step = 0;

  /**
   * @throws InstructError `empty-dataset` when no prompt leaves room for a completion;
   * `bad-tokenizer` when the reward model reads other tokens than the policy writes.
   */
  constructor(options: PpoOptions) {
    const { model, rewardModel, hyperparameters, seed, execution } = options;
    this.#options = options;
    this.totalSteps = hyperparameters.iterations;
    this.#prompts = options.prompts
      .map((prompt) => ({ ...prompt, tokens: model.tokenizer.encode(prompt.prompt) }))
      .filter(({ tokens }) => tokens.length + hyperparameters.maxNewTokens <= model.config.nCtx);
    if (this.#prompts.length === 0) {
      throw new InstructError({
        code: 'empty-dataset',
        message: `None of ${options.prompts.length} prompts for PPO leaves room for ${hyperparameters.maxNewTokens} new tokens in a context of ${model.config.nCtx}.`,
        remedy: 'Add shorter prompts to the "train" split or lower ppo.maxNewTokens.',
      });
    }
    if (rewardModel.config.vocabSize !== model.config.vocabSize) {
      throw new InstructError({
        code: 'bad-tokenizer',
        message: `The reward model has ${rewardModel.config.vocabSize} tokens, the policy ${model.config.vocabSize}.`,
        remedy: 'Use a reward model that was trained from the same base model.',
      });
    }
    this.#order = new EpochOrder(this.#prompts.length, this.#prompts.length, seed);
    this.#generator = new Generator(model.config, execution);
    this.#logprobs = new LogprobPass(model.config, hyperparameters.temperature, execution);
    this.#scalars = new ScalarPass(rewardModel.config, execution);
    this.#policy = new Learner('policy', model.parameters.clone(), hyperparameters, execution);
    this.#value = new Learner('value', rewardModel.parameters.clone(), hyperparameters, execution);
  }

  get step(): number {
    return this.#step;
  }

  async advance(): Promise<StepReport> {
    const { hyperparameters } = this.#options;
    const rollout = await this.#rollOut();
    for (const [name, value] of Object.entries(rollout.experience.metrics)) {
      checkFinite(value, name, this.#step + 1);
    }
    const warmup =
      hyperparameters.warmupIterations > 0
        ? warmupFrom(0.1, hyperparameters.warmupIterations)(this.#step)
        : 1;
    const learned = await this.#learn(rollout, warmup);
    this.#step++;
    return {
      metrics: {
        ...rollout.experience.metrics,
        ...learned,
        learning_rate: hyperparameters.learningRate * warmup,
      },
      samples: this.#samples(rollout),
      tokens: rollout.sequences.reduce(
        (sum, { prompt, completion }) => sum + prompt.length + completion.length,
        0,
      ),
    };
  }

  async #rollOut(): Promise<Rollout> {
    const { model, rewardModel, hyperparameters, seed } = this.#options;
    const prompts = this.#order
      .fullBatch(this.#step, hyperparameters.batchSize)
      .map((index) => this.#prompts[index]);
    const completions = await this.#generator.generate(
      this.#policy.parameters,
      prompts.map(({ tokens }) => tokens),
      {
        maxNewTokens: hyperparameters.maxNewTokens,
        temperature: hyperparameters.temperature,
        endToken: model.tokenizer.endToken,
        random: new Random(`rollout ${seed} ${this.#step}`),
      },
    );
    const sequences = prompts.map(({ tokens }, i) => ({
      prompt: tokens,
      completion: completions[i].tokens,
    }));
    const references = await this.#logprobs.run(
      model.parameters,
      sequences,
      'completion',
      scoringRows,
    );
    const scores = await this.#scalars.run(rewardModel.parameters, sequences, 'last', scoringRows);
    const values = await this.#scalars.run(
      this.#value.parameters,
      sequences,
      'completion',
      scoringRows,
    );
    const episodes = completions.map((completion: GeneratedCompletion, i): Episode => ({
      logprobs: Float32Array.from(completion.logprobs),
      refLogprobs: references[i],
      values: values[i].map((value) => value + rewardModel.rewardBias),
      score: scores[i][0] + rewardModel.rewardBias,
      ended: completion.finish === 'stop',
    }));
    return {
      prompts,
      sequences,
      episodes,
      experience: gatherExperience(episodes, hyperparameters),
    };
  }

  /** The optimisation steps of one iteration; their metrics' means. */
  async #learn(rollout: Rollout, warmup: number): Promise<Record<string, number>> {
    const { hyperparameters, seed } = this.#options;
    const size = Math.min(hyperparameters.minibatchSize, rollout.episodes.length);
    const order = new EpochOrder(rollout.episodes.length, size, seed + this.#step);
    const sums: Record<string, number> = {};
    const steps = hyperparameters.innerEpochs * order.batchesPerEpoch;
    for (let step = 0; step < steps; step++) {
      const policy = await this.#policyStep(rollout, order.batch(step), warmup);
      const value = await this.#valueStep(rollout, order.batch(step), warmup);
      for (const [name, number] of Object.entries({ ...policy, ...value })) {
        sums[name] = (sums[name] ?? 0) + number / steps;
      }
    }
    return sums;
  }

  async #policyStep(
    { sequences, episodes, experience }: Rollout,
    minibatch: readonly number[],
    warmup: number,
  ): Promise<Record<string, number>> {
    const { model, hyperparameters } = this.#options;
    const batch = packBatch(
      minibatch.map((index) => sequences[index]),
      'completion',
      model.config.nCtx,
    );
    const raw = minibatch.map((index) => experience.advantages[index]);
    const advantages = hyperparameters.whitenAdvantages ? whiten(raw, 'zero') : raw;
    const { positions } = batch.shape;
    const { loss, approxKl, clipFraction, gradNorm } = await this.#policy.step({
      key: shapeKey(batch.shape),
      graph: () => {
        const { logprobs, trainable } = logprobsAt(
          model.config,
          batch.shape,
          hyperparameters.temperature,
        );
        const targets = flatInputs(['oldLogprobs', 'advantages', 'weights'], positions);
        return { ...policyLoss(logprobs, targets, hyperparameters.clipRange), trainable };
      },
      feeds: {
        ...batchFeeds(batch),
        targets: batch.targets,
        oldLogprobs: joinSequences(
          minibatch.map((index) => episodes[index].logprobs),
          positions,
        ),
        advantages: joinSequences(advantages, positions),
        weights: meanWeights(batch.offsets, positions),
      },
      learningRate: hyperparameters.learningRate * warmup,
    });
    return {
      'ppo/policy_loss': loss,
      'ppo/approx_kl': approxKl,
      'ppo/clip_fraction': clipFraction,
      grad_norm: gradNorm,
    };
  }

  async #valueStep(
    { sequences, episodes, experience }: Rollout,
    minibatch: readonly number[],
    warmup: number,
  ): Promise<Record<string, number>> {
    const { rewardModel, hyperparameters } = this.#options;
    const { config, rewardBias } = rewardModel;
    const batch = packBatch(
      minibatch.map((index) => sequences[index]),
      'completion',
      config.nCtx,
    );
    const { positions } = batch.shape;
    // The head has no bias: what it is to say, and what it said, are both less the reward's bias.
    const unbiased = (row: Float32Array): Float32Array => row.map((value) => value - rewardBias);
    const { loss, gradNorm } = await this.#value.step({
      key: shapeKey(batch.shape),
      graph: () => {
        const { scalars, trainable } = scalarsAt(config, batch.shape);
        const targets = flatInputs(['oldValues', 'returns', 'weights'], positions);
        return { loss: valueLoss(scalars, targets, hyperparameters.valueClipRange), trainable };
      },
      feeds: {
        ...batchFeeds(batch),
        oldValues: joinSequences(
          minibatch.map((index) => unbiased(episodes[index].values)),
          positions,
        ),
        returns: joinSequences(
          minibatch.map((index) => unbiased(experience.returns[index])),
          positions,
        ),
        weights: meanWeights(batch.offsets, positions),
      },
      learningRate: hyperparameters.valueLearningRate * warmup,
    });
    return { 'ppo/value_loss': loss, 'ppo/value_grad_norm': gradNorm };
  }

  #samples({ prompts, sequences, episodes }: Rollout): LoopSample[] {
    const { tokenizer } = this.#options.model;
    return sequences.slice(0, samplesPerIteration).map(({ completion }, i) => ({
      promptId: prompts[i].promptId,
      prompt: prompts[i].prompt,
      completion: tokenizer.decode(completion),
      score: episodes[i].score,
    }));
  }

  snapshot(): LoopState {
    const policy = this.#policy.snapshot();
    const value = this.#value.snapshot();
    return {
      tensors: new Map<string, StateTensor>([...policy.tensors, ...value.tensors]),
      json: { step: this.#step, policy: policy.json, value: value.json },
    };
  }

  restore({ tensors, json }: LoopState): void {
    const parsed = stateSchema.safeParse(json);
    if (!parsed.success) throw badCheckpoint('no steps of the policy and the value model');
    const { step, policy, value } = parsed.data;
    this.#policy.restore({ tensors, json: policy });
    this.#value.restore({ tensors, json: value });
    this.#step = step;
  }

  finish(): Promise<LoopResult<LanguageModel>> {
    const { model } = this.#options;
    return Promise.resolve({
      model: { ...model, parameters: this.#policy.parameters.clone() },
      summary: { prompts: this.#prompts.length },
    });
  }

  dispose(): void {
    this.#policy.dispose();
    this.#value.dispose();
    this.#generator.dispose();
    this.#logprobs.dispose();
    this.#scalars.dispose();
  }
}

/** Float inputs [N] by name. */
function flatInputs<Name extends string>(
  names: readonly Name[],
  positions: number,
): Record<Name, Tensor> {
  const inputs: Partial<Record<Name, Tensor>> = {};
  for (const name of names) inputs[name] = input(name, [positions]);
  return inputs as Record<Name, Tensor>; // every name was set
}

/** [N] weights that make a sum the mean over all completion tokens of the batch. */
function meanWeights(offsets: readonly number[], positions: number): Float32Array {
  const counted = offsets.at(-1) ?? 0;
  return new Float32Array(positions).fill(1 / Math.max(1, counted), 0, counted);
}
