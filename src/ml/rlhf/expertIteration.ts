/**
 * Expert iteration: the policy is fine-tuned on the best of n of its own completions by the reward
 * model, again and again (Anthony et al. 2017, arXiv 1705.08439; as "rejection sampling" in Touvron et
 * al. 2023, arXiv 2307.09288, section 3.2.3). An alternative to PPO behind the same interface.
 */
import * as z from 'zod';
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import { Generator, type LanguageModel, type RewardModel } from '../models/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import type { TokenSequence } from './batch.ts';
import { LanguageModelLearner } from './languageModelLoss.ts';
import { badCheckpoint, checkFinite } from './learner.ts';
import { EpochOrder } from './order.ts';
import { LogprobPass, ScalarPass } from './passes.ts';
import type { RolloutPrompt } from './rollout.ts';
import { mean } from './statistics.ts';
import type { LoopResult, LoopState, StepReport, TrainingLoop } from './trainingLoop.ts';
import { beforeTraining, ValidationSamples } from './validationSamples.ts';

/** What expert iteration needs. */
export interface ExpertOptions {
  /** The SFT model: where the policy starts, and what its KL is measured against. Not changed. */
  readonly model: LanguageModel;
  readonly rewardModel: RewardModel;
  readonly prompts: readonly RolloutPrompt[];
  /** Held-out prompts whose completions are shown; the first of `prompts` when left out. */
  readonly validationPrompts?: readonly RolloutPrompt[];
  readonly hyperparameters: Hyperparameters<'expert'>;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

/** One drawn completion. */
interface Drawn {
  readonly sequence: TokenSequence;
  /** The reward model's, or what replaces it for a completion without an end. */
  readonly score: number;
  readonly ended: boolean;
  /** Of the whole completion at the sampling temperature, nats. */
  readonly logprob: number;
}

const scoringRows = 64;
const stateSchema = z.object({ step: z.int().min(0), policy: z.int() });

/** See the file's header. One `advance` is one iteration: sample, keep the best, fine-tune. */
export class ExpertIterationLoop implements TrainingLoop<LanguageModel> {
  readonly totalSteps: number;
  readonly #options: ExpertOptions;
  readonly #prompts: readonly (RolloutPrompt & { readonly tokens: readonly number[] })[];
  readonly #order: EpochOrder;
  readonly #generator: Generator;
  readonly #scores: ScalarPass;
  readonly #references: LogprobPass;
  readonly #policy: LanguageModelLearner;
  readonly #samples: ValidationSamples;
  #step = 0;

  /**
   * @throws InstructError `empty-dataset` when no prompt leaves room for a completion;
   * `bad-tokenizer` when the reward model reads other tokens than the policy writes.
   */
  constructor(options: ExpertOptions) {
    const { model, rewardModel, hyperparameters, seed, execution } = options;
    this.#options = options;
    this.totalSteps = hyperparameters.iterations;
    this.#prompts = options.prompts
      .map((prompt) => ({ ...prompt, tokens: model.tokenizer.encode(prompt.prompt) }))
      .filter(
        ({ tokens }) =>
          tokens.length > 0 && tokens.length + hyperparameters.maxNewTokens <= model.config.nCtx,
      );
    if (this.#prompts.length === 0) {
      throw new InstructError({
        code: 'empty-dataset',
        message: `None of ${options.prompts.length} prompts leaves room for ${hyperparameters.maxNewTokens} new tokens in a context of ${model.config.nCtx}.`,
        remedy: 'Add shorter prompts to the "train" split or lower expert.maxNewTokens.',
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
    this.#scores = new ScalarPass(rewardModel.config, execution);
    this.#references = new LogprobPass(model.config, hyperparameters.temperature, execution);
    this.#policy = new LanguageModelLearner(
      { ...model, parameters: model.parameters.clone() },
      'completion',
      hyperparameters,
      execution,
    );
    const { validationPrompts = [], prompts } = options;
    this.#samples = new ValidationSamples({
      ...{ model, rewardModel, execution, maxNewTokens: hyperparameters.maxNewTokens },
      prompts: validationPrompts.length > 0 ? validationPrompts : prompts,
    });
  }

  get step(): number {
    return this.#step;
  }

  async advance(): Promise<StepReport> {
    const { hyperparameters } = this.#options;
    const { parameters } = this.#policy.learner;
    const samples = this.#step === 0 ? beforeTraining(await this.#samples.draw(parameters)) : [];
    const prompts = this.#order
      .fullBatch(this.#step, hyperparameters.batchSize)
      .map((index) => this.#prompts[index]);
    const drawn = await this.#draw(prompts.map(({ tokens }) => tokens));
    const kept = drawn.map((own) =>
      own.reduce((best, one) => (one.score > best.score ? one : best)),
    );
    const first = drawn.map((own) => own[0]);
    const references = await this.#references.run(
      this.#options.model.parameters,
      first.map(({ sequence }) => sequence),
      'completion',
      scoringRows,
    );
    const metrics: Record<string, number> = {
      'expert/score': mean(drawn.flat().map(({ score }) => score)),
      'expert/best_score': mean(kept.map(({ score }) => score)),
      // Nats a completion, on the first completion of each prompt.
      'expert/kl': mean(first.map(({ logprob }, i) => logprob - sum(references[i]))),
      'expert/ended': mean(drawn.flat().map(({ ended }) => (ended ? 1 : 0))),
      'expert/completion_length': mean(drawn.flat().map((one) => one.sequence.completion.length)),
    };
    for (const [name, value] of Object.entries(metrics)) checkFinite(value, name, this.#step + 1);
    Object.assign(metrics, await this.#learn(kept.filter(({ ended }) => ended)));
    this.#step++;
    samples.push(...(await this.#samples.draw(parameters)));
    return {
      metrics: { ...metrics, learning_rate: hyperparameters.learningRate },
      samples,
      tokens: drawn
        .flat()
        .reduce(
          (all, { sequence: { prompt, completion } }) => all + prompt.length + completion.length,
          0,
        ),
    };
  }

  /** n completions of each prompt, scored. */
  async #draw(prompts: readonly (readonly number[])[]): Promise<Drawn[][]> {
    const { model, rewardModel, hyperparameters, seed } = this.#options;
    const { completionsPerPrompt, maxNewTokens, temperature, missingEosScore } = hyperparameters;
    const asked = prompts.flatMap((prompt) =>
      Array.from({ length: completionsPerPrompt }, () => prompt),
    );
    const completions = await this.#generator.generate(this.#policy.learner.parameters, asked, {
      maxNewTokens,
      temperature,
      endTokens: model.tokenizer.endTokens,
      random: new Random(`expert ${seed} ${this.#step}`),
    });
    const sequences = completions.map(({ tokens }, i) => ({
      prompt: asked[i],
      completion: tokens,
    }));
    const scores = await this.#scores.run(rewardModel.parameters, sequences, 'last', scoringRows);
    const all = completions.map(({ finish, logprob }, i): Drawn => {
      const ended = finish === 'stop';
      const score = ended ? scores[i][0] + rewardModel.rewardBias : missingEosScore;
      return { sequence: sequences[i], score, ended, logprob };
    });
    return prompts.map((_, i) =>
      all.slice(i * completionsPerPrompt, (i + 1) * completionsPerPrompt),
    );
  }

  /** Fine-tunes on what was kept; nothing happens where no completion ended. */
  async #learn(kept: readonly Drawn[]): Promise<Record<string, number>> {
    const { hyperparameters, seed } = this.#options;
    if (kept.length === 0) return {};
    const size = Math.min(hyperparameters.minibatchSize, kept.length);
    const order = new EpochOrder(kept.length, size, seed + this.#step);
    const steps = hyperparameters.innerEpochs * order.batchesPerEpoch;
    let loss = 0;
    let gradNorm = 0;
    for (let step = 0; step < steps; step++) {
      const sequences = order.batch(step).map((index) => kept[index].sequence);
      const found = await this.#policy.step(sequences, hyperparameters.learningRate);
      loss += found.loss / steps;
      gradNorm += found.gradNorm / steps;
    }
    return { 'expert/loss': loss, grad_norm: gradNorm };
  }

  settle(): Promise<void> {
    return this.#policy.learner.toHost();
  }

  snapshot(): LoopState {
    const { tensors, json } = this.#policy.learner.snapshot();
    return { tensors, json: { step: this.#step, policy: json } };
  }

  restore({ tensors, json }: LoopState): void {
    const parsed = stateSchema.safeParse(json);
    if (!parsed.success) throw badCheckpoint('no steps of the policy');
    this.#policy.learner.restore({ tensors, json: parsed.data.policy });
    this.#step = parsed.data.step;
  }

  async finish(): Promise<LoopResult<LanguageModel>> {
    await this.settle();
    const { parameters } = this.#policy.learner;
    return {
      model: { ...this.#options.model, parameters },
      summary: { prompts: this.#prompts.length },
    };
  }

  dispose(): void {
    this.#policy.dispose();
    this.#generator.dispose();
    this.#scores.dispose();
    this.#references.dispose();
    this.#samples.dispose();
  }
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
