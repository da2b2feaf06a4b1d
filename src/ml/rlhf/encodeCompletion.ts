/** A prompt and a whole completion as tokens. */
import { InstructError } from '../../protocol/errors.ts';
import type { ModelConfig, Tokenizer } from '../models/index.ts';
import type { TokenSequence } from './batch.ts';

/** What encoding needs of a model. */
export interface TextModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}

/**
 * @param prompt The model's text for the prompt, separator included.
 * @param ended Whether the end token follows: not after a completion that was cut off.
 * @throws InstructError `bad-model` where the model has no end token.
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
    completion: ended ? [...tokens, endTokenOf(model)] : tokens,
  };
}

/**
 * The token that ends a model's texts.
 * @throws InstructError `bad-model` where the model has none.
 */
export function endTokenOf({ config }: TextModel): number {
  if (config.endToken !== null) return config.endToken;
  throw new InstructError({
    code: 'bad-model',
    message: 'The model has no token that ends a text: "eos_token_id" is missing in config.json.',
    remedy: 'Name the end token in the config.json of the model.',
  });
}

/** Whether a sequence has tokens and fits the context of the model. */
export function fitsContext({ config }: TextModel, { prompt, completion }: TokenSequence): boolean {
  const length = prompt.length + completion.length;
  return length > 0 && length <= config.nCtx;
}
