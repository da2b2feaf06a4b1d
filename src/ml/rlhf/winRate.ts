/** How often one model is preferred to another. */

/** A win rate with its 95 % interval. */
export interface WinRate {
  /** Wins count one, ties one half, over all comparisons. */
  readonly rate: number;
  /** Normal 95 % interval, clipped to [0, 1]. */
  readonly ci95: readonly [number, number];
  readonly comparisons: number;
}

/**
 * The share of prompts on which `ours` is preferred to `theirs` (Ouyang et al. 2022, section 4.1).
 *
 * @param outcomes One entry a prompt: 1 a win, 0.5 a tie, 0 a loss.
 * @throws Error for an empty list.
 */
export function winRate(outcomes: readonly number[]): WinRate {
  const n = outcomes.length;
  if (n === 0) throw new Error('winRate: expected at least one comparison, got none');
  const rate = outcomes.reduce((sum, outcome) => sum + outcome, 0) / n;
  const half = 1.96 * Math.sqrt((rate * (1 - rate)) / n); // an upper bound where there are ties
  return { rate, ci95: [Math.max(0, rate - half), Math.min(1, rate + half)], comparisons: n };
}

/** The outcome of one comparison of two scores: 1, 0.5 or 0. */
export function outcome(ours: number, theirs: number): number {
  if (ours === theirs) return 0.5;
  return ours > theirs ? 1 : 0;
}
