/** Rollouts: completions sampled from the policy, and what the four models say of them. */
import type { Random } from '../../data/random.ts';
import type { RolloutRecord } from '../../protocol/rollouts.ts';
import { Generator, type LanguageModel, type RewardModel } from '../models/index.ts';
import type { ExecutionOptions, ParameterBuffer } from '../runtime/index.ts';
import type { TokenSequence } from './batch.ts';
import type { Episode, Experience } from './experience.ts';
import { LogprobPass, ScalarPass } from './passes.ts';

/** A prompt to be answered in rollouts. */
export interface RolloutPrompt {
  readonly promptId: string;
  /** The model's text for the prompt, separator included. */
  readonly prompt: string;
}

/** A rollout prompt as tokens. */
export interface EncodedPrompt extends RolloutPrompt {
  readonly tokens: readonly number[];
}

/** The episodes of one iteration. */
export interface Rollout {
  readonly prompts: readonly EncodedPrompt[];
  readonly sequences: readonly TokenSequence[];
  readonly episodes: readonly Episode[];
}

/** How a {@link RolloutWorker} samples. */
export interface RolloutSettings {
  readonly temperature: number;
  readonly maxNewTokens: number;
}

/** Sequences that go through a scoring pass at once. */
const scoringRows = 64;

/** Samples and scores. Owns its programs until disposed; the models are only read. */
export class RolloutWorker {
  readonly #reference: LanguageModel;
  readonly #rewardModel: RewardModel;
  readonly #settings: RolloutSettings;
  readonly #generator: Generator;
  readonly #logprobs: LogprobPass;
  readonly #scalars: ScalarPass;

  constructor(
    reference: LanguageModel,
    rewardModel: RewardModel,
    settings: RolloutSettings,
    execution: ExecutionOptions = {},
  ) {
    this.#reference = reference;
    this.#rewardModel = rewardModel;
    this.#settings = settings;
    this.#generator = new Generator(reference.config, execution);
    this.#logprobs = new LogprobPass(reference.config, settings.temperature, execution);
    this.#scalars = new ScalarPass(rewardModel.config, execution);
  }

  /** One episode for each prompt. */
  async roll(
    policy: ParameterBuffer,
    value: ParameterBuffer,
    prompts: readonly EncodedPrompt[],
    random: Random,
  ): Promise<Rollout> {
    const { tokenizer, parameters: reference } = this.#reference;
    const { parameters: reward, rewardBias } = this.#rewardModel;
    const completions = await this.#generator.generate(
      policy,
      prompts.map(({ tokens }) => tokens),
      { ...this.#settings, endTokens: tokenizer.endTokens, random },
    );
    const sequences = prompts.map(({ tokens }, i) => ({
      prompt: tokens,
      completion: completions[i].tokens,
    }));
    const references = await this.logprobs(reference, sequences);
    const scores = await this.#scalars.run(reward, sequences, 'last', scoringRows);
    const values = await this.#scalars.run(value, sequences, 'completion', scoringRows);
    return {
      prompts,
      sequences,
      episodes: completions.map(({ logprobs, finish }, i): Episode => ({
        logprobs: Float32Array.from(logprobs),
        refLogprobs: references[i],
        values: values[i].map((estimate) => estimate + rewardBias),
        score: scores[i][0] + rewardBias,
        ended: finish === 'stop',
      })),
    };
  }

  /** The completions' log-probabilities under a model of the policy's shape, at the temperature. */
  logprobs(
    parameters: ParameterBuffer,
    sequences: readonly TokenSequence[],
    rows = scoringRows,
  ): Promise<Float32Array[]> {
    return this.#logprobs.run(parameters, sequences, 'completion', rows);
  }

  /** Frees the programs. */
  dispose(): void {
    this.#generator.dispose();
    this.#logprobs.dispose();
    this.#scalars.dispose();
  }
}

/** The first episodes of an iteration for the rollout inspector. */
export function rolloutRecords(
  { prompts, sequences, episodes }: Rollout,
  { rewards, advantages, scores }: Experience,
  { tokenizer }: Pick<LanguageModel, 'tokenizer'>,
  { iteration, count }: { readonly iteration: number; readonly count: number },
): RolloutRecord[] {
  return episodes.slice(0, count).map((episode, i) => {
    const { completion } = sequences[i];
    const kls = [...episode.logprobs].map((logprob, t) => logprob - episode.refLogprobs[t]);
    return {
      iteration,
      episode: i,
      promptId: prompts[i].promptId,
      prompt: prompts[i].prompt,
      completion: tokenizer.decode(completion, { skipSpecial: true }),
      score: scores[i],
      ended: episode.ended,
      kl: kls.reduce((sum, kl) => sum + kl, 0),
      tokens: completion.map((token) => tokenizer.decode([token])),
      logprobs: [...episode.logprobs],
      refLogprobs: [...episode.refLogprobs],
      kls,
      values: [...episode.values],
      rewards: [...rewards[i]],
      advantages: [...advantages[i]],
    };
  });
}
