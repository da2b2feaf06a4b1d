/** Best of n against a reward model as n grows: its KL, the score, and what is true (Gao et al. 2022). */
import { bestOfN, bestOfNKl } from '../../ml/rlhf/index.ts';

/** One completion of a prompt: what decides, and what is true. */
export interface ScoredCompletion {
  /** The reward model's. */
  readonly score: number;
  readonly gold: number;
}

/** One point of the curve. */
export interface BestOfPoint {
  readonly n: number;
  /** Nats a completion. */
  readonly kl: number;
  /** The mean reward model's score of the best, which only rises. */
  readonly score: number;
  /** The mean gold score of the same completions, which turns over where the reward model is hacked. */
  readonly gold: number;
}

/** 1, 2, 4 … up to N, and N. */
export function bestOfSizes(most: number): number[] {
  const sizes: number[] = [];
  for (let n = 1; n < most; n *= 2) sizes.push(n);
  return [...sizes, most];
}

/** The curve over prompts, of each of which N completions are known. */
export function bestOfCurve(
  prompts: readonly (readonly ScoredCompletion[])[],
  most: number,
): BestOfPoint[] {
  return bestOfSizes(most).map((n) => {
    const meanBest = (worth: (one: ScoredCompletion) => number): number =>
      prompts.reduce(
        (sum, own) =>
          sum +
          bestOfN(
            own.map(({ score }) => score),
            own.map(worth),
            n,
          ),
        0,
      ) / Math.max(1, prompts.length);
    return {
      n,
      kl: bestOfNKl(n),
      score: meanBest(({ score }) => score),
      gold: meanBest(({ gold }) => gold),
    };
  });
}
