/** Models as the rest of the program handles them: what they are, how they read, their numbers. */
import type { ParameterBuffer } from '../runtime/index.ts';
import type { ModelConfig } from './modelConfig.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A model that gives the log-probability of each next token: base, SFT model or policy. */
export interface LanguageModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** The parameters of `modelParameters(config, 'language')`. */
  readonly parameters: ParameterBuffer;
}

/**
 * A trunk with a scalar head: the score of a completion is the head's output at its last token plus
 * the bias. A value model has the same shape.
 */
export interface RewardModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** The parameters of `modelParameters(config, 'scalar')`. */
  readonly parameters: ParameterBuffer;
  /** Set so that demonstrations score 0 on average (paper, section 3.5). */
  readonly rewardBias: number;
}
