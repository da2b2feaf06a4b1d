/** How long a stage's sequences are in the mean, by a sample of its data: what its memory is told by. */
import type { Tokenizer } from '../../ml/models/index.ts';
import type { StageLengths } from '../stageMemory.ts';
import type { Demonstrated, Ranked } from './examples.ts';

/** So many are encoded at most. */
const sampled = 200;

/** Of demonstrations, end token included. */
export function demonstrationLengths(
  tokenizer: Tokenizer,
  demonstrations: readonly Demonstrated[],
): StageLengths {
  const tokens = someOf(demonstrations).map(
    ({ prompt, completion }) => lengthOf(tokenizer, prompt) + lengthOf(tokenizer, completion) + 1,
  );
  return { length: meanOf(tokens), completions: 1 };
}

/** Of rankings: tokens of a prompt with one of its completions, and completions of a prompt. */
export function rankingLengths(tokenizer: Tokenizer, rankings: readonly Ranked[]): StageLengths {
  const some = someOf(rankings);
  const tokens = some.flatMap(({ prompt, completions }) => {
    const asked = lengthOf(tokenizer, prompt);
    return completions.map(({ text }) => asked + lengthOf(tokenizer, text) + 1);
  });
  return {
    length: meanOf(tokens),
    completions: meanOf(some.map(({ completions }) => completions.length)),
  };
}

/** Of prompts whose completions go on to the limit. */
export function promptLengths(
  tokenizer: Tokenizer,
  prompts: readonly { readonly prompt: string }[],
  maxNewTokens: number,
): StageLengths {
  const tokens = someOf(prompts).map(({ prompt }) => lengthOf(tokenizer, prompt));
  return { length: meanOf(tokens) + maxNewTokens, completions: 1 };
}

function lengthOf(tokenizer: Tokenizer, text: string): number {
  return tokenizer.encode(text).length;
}

/** Evenly spread over the list. */
function someOf<T>(items: readonly T[]): T[] {
  const step = Math.max(1, Math.ceil(items.length / sampled));
  return items.filter((_, index) => index % step === 0);
}

function meanOf(counts: readonly number[]): number {
  return Math.ceil(counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length));
}
