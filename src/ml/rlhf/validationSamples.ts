/** Completions of the same few held-out prompts at every evaluation, for whoever watches the run. */
import { Random } from '../../data/random.ts';
import {
  Generator,
  withoutDropout,
  type LanguageModel,
  type RewardModel,
} from '../models/index.ts';
import type { ExecutionOptions, ParameterBuffer } from '../runtime/index.ts';
import { ScalarPass } from './passes.ts';
import type { LoopSample } from './trainingLoop.ts';

/** A prompt whose completions are shown. */
export interface ValidationPrompt {
  readonly promptId?: string;
  /** The model's text, separator included. */
  readonly prompt: string;
}

/** What {@link ValidationSamples} needs. */
export interface ValidationSamplesOptions {
  /** Whose tokenizer and architecture the completions are drawn with. */
  readonly model: LanguageModel;
  /** Scores them, where it reads the same tokens. */
  readonly rewardModel?: RewardModel | undefined;
  readonly prompts: readonly ValidationPrompt[];
  readonly maxNewTokens: number;
  readonly execution?: ExecutionOptions | undefined;
}

/** So many are shown: the first that leave room for a completion, were it a shorter one. */
export const shownPrompts = 4;

/**
 * Greedy completions, so that what changes from one evaluation to the next is the model and not the
 * draw; nothing random is consumed. Makes its programs at the first draw and owns them until disposed.
 */
export class ValidationSamples {
  readonly #options: ValidationSamplesOptions;
  readonly #prompts: readonly (ValidationPrompt & { readonly tokens: readonly number[] })[];
  readonly #maxNewTokens: number;
  #generator: Generator | undefined;
  #scores: ScalarPass | undefined;

  constructor(options: ValidationSamplesOptions) {
    const { model, prompts, maxNewTokens } = options;
    const { nCtx } = model.config;
    const room = Math.min(maxNewTokens, Math.ceil(nCtx / 4));
    this.#options = options;
    const shown = [];
    for (const each of prompts) {
      if (shown.length === shownPrompts) break;
      const tokens = model.tokenizer.encode(each.prompt);
      const fits = tokens.length > 0 && tokens.length + room <= nCtx;
      if (fits) shown.push({ ...each, tokens });
    }
    this.#prompts = shown;
    const longest = Math.max(0, ...shown.map(({ tokens }) => tokens.length));
    this.#maxNewTokens = Math.min(maxNewTokens, nCtx - longest);
  }

  /** Draws with parameters of the model's architecture; they are only read. */
  async draw(parameters: ParameterBuffer): Promise<LoopSample[]> {
    if (this.#prompts.length === 0) return [];
    const { model, rewardModel, execution } = this.#options;
    const { config, tokenizer } = model;
    this.#generator ??= new Generator(withoutDropout(config), execution);
    const completions = await this.#generator.generate(
      parameters,
      this.#prompts.map(({ tokens }) => tokens),
      {
        maxNewTokens: this.#maxNewTokens,
        temperature: 0,
        endTokens: tokenizer.endTokens,
        random: new Random('greedy: nothing is drawn'),
      },
    );
    const sequences = completions.map(({ tokens }, i) => ({
      prompt: this.#prompts[i].tokens,
      completion: tokens,
    }));
    const scores =
      rewardModel?.config.vocabSize === config.vocabSize
        ? await this.#score(rewardModel, sequences)
        : [];
    return this.#prompts.map(({ promptId, prompt }, i) => ({
      ...(promptId === undefined ? {} : { promptId }),
      prompt: prompt.replace(/\n$/, ''),
      completion: tokenizer.decode(completions[i].tokens, { skipSpecial: true }),
      ...(i < scores.length ? { score: scores[i] } : {}),
    }));
  }

  async #score(
    { config, parameters, rewardBias }: RewardModel,
    sequences: Parameters<ScalarPass['run']>[1],
  ): Promise<number[]> {
    this.#scores ??= new ScalarPass(config, this.#options.execution);
    const rows = await this.#scores.run(parameters, sequences, 'last', shownPrompts);
    return rows.map((row) => row[0] + rewardBias);
  }

  /** Frees the programs. */
  dispose(): void {
    this.#generator?.dispose();
    this.#scores?.dispose();
  }
}

/** Samples that were drawn before the first step. */
export function beforeTraining(samples: readonly LoopSample[]): LoopSample[] {
  return samples.map((sample) => ({ ...sample, step: 0 }));
}
