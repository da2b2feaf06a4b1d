/** What changes the model's distribution before a token is drawn, in the order of transformers. */

/** Settings that act on logits; absent ones do nothing. */
export interface Penalties {
  /**
   * The logit of a token that stands in the prompt or the completion already is divided by this where
   * positive and multiplied where negative (Keskar et al. 2019, arXiv 1909.05858): above 1 repeats less.
   */
  readonly repetitionPenalty?: number;
  /** No end token is drawn before there are this many tokens. */
  readonly minNewTokens?: number;
}

/** Where a row stands. */
export interface Drawn {
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
}

/** Whether the penalties change the distribution of a row's next token at all. */
export function penalises(
  { repetitionPenalty = 1, minNewTokens = 0 }: Penalties,
  row: Drawn,
): boolean {
  return repetitionPenalty !== 1 || row.tokens.length < minNewTokens;
}

/**
 * The probabilities [V] of the next token from its logits [V]: penalties, then the temperature;
 * `inverseTemperature` is a factor on the logits; each of `endTokens` ends a completion.
 */
export function penalised(
  logits: Float32Array,
  penalties: Penalties,
  row: Drawn,
  inverseTemperature: number,
  endTokens: readonly number[],
): Float32Array {
  const { repetitionPenalty = 1, minNewTokens = 0 } = penalties;
  const { prompt, tokens } = row;
  const scores = logits.slice();
  if (repetitionPenalty !== 1) {
    for (const token of new Set([...prompt, ...tokens])) {
      scores[token] *= scores[token] < 0 ? repetitionPenalty : 1 / repetitionPenalty;
    }
  }
  if (tokens.length < minNewTokens) for (const end of endTokens) scores[end] = -Infinity;
  const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = Math.exp((scores[i] - highest) * inverseTemperature);
    sum += scores[i];
  }
  for (let i = 0; i < scores.length; i++) scores[i] /= sum;
  return scores;
}
