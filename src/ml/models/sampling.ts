/** Drawing a token from a distribution over the vocabulary. */

/** Which of the most probable tokens may be drawn; both at once keep what both keep. */
export interface Truncation {
  /** Keep this many; 0 or absent keeps all. */
  readonly topK?: number;
  /**
   * Keep the most probable ones as long as their sum is at most this, at least one; 1 or absent
   * keeps all. (So do openai/lm-human-preferences and its published cases; others also keep the
   * token that takes the sum over the limit.)
   */
  readonly topP?: number;
}

/**
 * Draws an index with its probability among those that the truncation keeps.
 *
 * @param probabilities [V], of sum 1 but for rounding.
 * @param uniform A number in [0, 1) that decides the draw.
 */
export function drawToken(
  probabilities: Float32Array,
  uniform: number,
  truncation: Truncation = {},
): number {
  const kept = keptTokens(probabilities, truncation);
  if (kept === null) return drawAmongAll(probabilities, uniform);
  let total = 0;
  for (const token of kept) total += probabilities[token];
  let left = uniform * total;
  for (const token of kept) {
    left -= probabilities[token];
    if (left < 0) return token;
  }
  return kept[0]; // rounding used up the sum
}

function drawAmongAll(probabilities: Float32Array, uniform: number): number {
  let left = uniform;
  let last = 0;
  for (let token = 0; token < probabilities.length; token++) {
    const probability = probabilities[token];
    left -= probability;
    if (left < 0) return token;
    if (probability > 0) last = token;
  }
  return last; // rounding used up the sum
}

/** The tokens that a truncation keeps, the most probable first; null where it keeps all. */
export function keptTokens(
  probabilities: Float32Array,
  { topK = 0, topP = 1 }: Truncation,
): number[] | null {
  const everyK = topK <= 0 || topK >= probabilities.length;
  if (everyK && topP >= 1) return null;
  // What all lies below this cannot add up to the mass that topP leaves out.
  const floor = (1 - topP) / probabilities.length;
  const candidates: number[] = [];
  for (let token = 0; token < probabilities.length; token++) {
    if (probabilities[token] >= floor) candidates.push(token);
  }
  candidates.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  if (!everyK) candidates.length = Math.min(candidates.length, topK);
  if (topP >= 1) return candidates;
  let sum = 0;
  const count = candidates.findIndex((token) => (sum += probabilities[token]) > topP);
  return count < 0 ? candidates : candidates.slice(0, Math.max(1, count));
}

/** The most probable token, the first of equals. */
export function mostProbable(probabilities: Float32Array): number {
  let best = 0;
  for (let token = 1; token < probabilities.length; token++) {
    if (probabilities[token] > probabilities[best]) best = token;
  }
  return best;
}
