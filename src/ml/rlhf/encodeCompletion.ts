/** A prompt and a whole completion as tokens. */
import type { ModelConfig, Tokenizer } from '../models/index.ts';
import { sequenceLength, type TokenSequence } from './batch.ts';

/** What encoding needs of a model. */
export interface TextModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}

/**
 * @param prompt The model's text for the prompt, separator included.
 * @param ended Whether the end token follows: not after a completion that was cut off.
 */
export function encodeCompletion(
  model: TextModel,
  prompt: string,
  completion: string,
  ended = true,
): TokenSequence {
  const tokens = model.tokenizer.encode(completion);
  return {
    prompt: model.tokenizer.encode(prompt),
    completion: ended ? [...tokens, model.tokenizer.endToken] : tokens,
  };
}

/** Whether a sequence has tokens and fits the context of the model. */
export function fitsContext({ config }: TextModel, sequence: TokenSequence): boolean {
  const length = sequenceLength(sequence);
  return length > 0 && length <= config.nCtx;
}
