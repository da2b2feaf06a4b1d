/** What a reward model thinks of a language model's own completions of held-out prompts. */
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import {
  Generator,
  withoutDropout,
  type LanguageModel,
  type RewardModel,
} from '../models/index.ts';
import type { ExecutionOptions, ParameterBuffer } from '../runtime/index.ts';
import { ScalarPass } from './passes.ts';
import { mean } from './statistics.ts';

/** What {@link ValidationScore} needs. */
export interface ValidationScoreOptions {
  /** Whose tokenizer and architecture the completions are drawn with. */
  readonly model: LanguageModel;
  /** It is not changed. */
  readonly rewardModel: RewardModel;
  /** The model's text for each prompt, separator included. */
  readonly prompts: readonly string[];
  /** Of those that fit, this many are taken, always the same. */
  readonly count: number;
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

const scoringRows = 64;

/**
 * The mean score of one sampled completion a prompt at temperature 1, by which the paper selects
 * models (Ouyang et al. 2022, section 3.5 and appendix C.1). Every measurement draws with the same
 * seed. Owns its programs until disposed.
 */
export class ValidationScore {
  readonly #options: ValidationScoreOptions;
  readonly #prompts: readonly (readonly number[])[];
  readonly #generator: Generator;
  readonly #scores: ScalarPass;

  /**
   * @throws InstructError `empty-dataset` when no prompt leaves room for a completion;
   * `bad-tokenizer` when the reward model reads other tokens than the model writes.
   */
  constructor(options: ValidationScoreOptions) {
    const { model, rewardModel, prompts, count, maxNewTokens, seed, execution } = options;
    this.#options = options;
    const fitting = prompts
      .map((prompt) => model.tokenizer.encode(prompt))
      .filter((tokens) => tokens.length > 0 && tokens.length + maxNewTokens <= model.config.nCtx);
    if (fitting.length === 0) {
      throw new InstructError({
        code: 'empty-dataset',
        message: `None of ${prompts.length} prompts of the "valid" split leaves room for ${maxNewTokens} new tokens in a context of ${model.config.nCtx}.`,
        remedy:
          'Add prompts to the "valid" split or lower sft.selectMaxNewTokens, or train without a reward model.',
      });
    }
    if (rewardModel.config.vocabSize !== model.config.vocabSize) {
      throw new InstructError({
        code: 'bad-tokenizer',
        message: `The reward model has ${rewardModel.config.vocabSize} tokens, the model ${model.config.vocabSize}.`,
        remedy: 'Use a reward model that was trained from the same base model.',
      });
    }
    const random = new Random(`validation prompts ${seed}`);
    this.#prompts = random.sample(fitting, Math.min(count, fitting.length));
    this.#generator = new Generator(withoutDropout(model.config), execution);
    this.#scores = new ScalarPass(rewardModel.config, execution);
  }

  /** Measures parameters of the model's architecture; they are only read. */
  async measure(parameters: ParameterBuffer): Promise<number> {
    const { model, rewardModel, maxNewTokens, seed } = this.#options;
    const completions = await this.#generator.generate(parameters, this.#prompts, {
      maxNewTokens,
      temperature: 1,
      endTokens: model.tokenizer.endTokens,
      random: new Random(`validation completions ${seed}`),
    });
    const sequences = completions.map(({ tokens }, i) => ({
      prompt: this.#prompts[i],
      completion: tokens,
    }));
    const rows = await this.#scores.run(rewardModel.parameters, sequences, 'last', scoringRows);
    return mean(rows.map((row) => row[0])) + rewardModel.rewardBias;
  }

  /** Frees the programs. */
  dispose(): void {
    this.#generator.dispose();
    this.#scores.dispose();
  }
}
