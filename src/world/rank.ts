/** Rankings of completions with the errors that people make. */
import type { Random } from '../data/random.ts';

/**
 * The standard deviation of a labeler's error on a completion's gold score. Chosen so that two
 * labelers with independent errors agree about as often as the paper's: see rank.test.ts.
 */
export const defaultNoise = 1.3;

/** Completions that seem closer than this in quality are put into one group: ties are encouraged. */
export const tieWidth = 0.25;

/**
 * Ranks completions by their gold scores with an error of the given standard deviation on each.
 * Returns groups of indices, best first; each index stands in one group. Noise 0 ranks exactly.
 */
export function rankCompletions(
  judgements: readonly { readonly score: number }[],
  rng: Random,
  noise: number = defaultNoise,
): number[][] {
  const seen = judgements
    .map(({ score }, index) => ({ index, score: score + noise * rng.normal() }))
    .sort((one, other) => other.score - one.score);
  const groups: number[][] = [];
  let best = Infinity;
  for (const { index, score } of seen) {
    // Measured from the best of the group, so that a long chain is no single tie.
    if (best - score < tieWidth) groups[groups.length - 1].push(index);
    else {
      groups.push([index]);
      best = score;
    }
  }
  return groups;
}
