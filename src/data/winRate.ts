/** How often one model is preferred to another. */
import type { Random } from './random.ts';

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

/**
 * Wilson's 95 % interval of a share of `n`: unlike the normal one it is never empty, so that 4 of 4 do
 * not look certain. Ties that count one half make it wider than need be.
 *
 * @throws Error where `n` is 0.
 */
export function wilsonInterval(rate: number, n: number): readonly [number, number] {
  if (n === 0) throw new Error('wilsonInterval: expected at least one comparison, got none');
  const z2 = 1.959964 ** 2;
  const middle = (rate + z2 / (2 * n)) / (1 + z2 / n);
  const half = Math.sqrt(z2 * ((rate * (1 - rate)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** The outcome of one comparison of two scores: 1, 0.5 or 0. */
export function outcome(ours: number, theirs: number): number {
  if (ours === theirs) return 0.5;
  return ours > theirs ? 1 : 0;
}

/** One comparison, and the group of comparisons that are not independent of it. */
export interface ClusteredOutcome {
  /** The prompt, say, or the user. */
  readonly cluster: string;
  /** 1 a win, 0.5 a tie, 0 a loss. */
  readonly outcome: number;
}

/**
 * A 95 % interval of the win rate by the bootstrap over clusters (Efron's percentiles): clusters are
 * drawn with replacement, whole, so that several comparisons of one prompt do not count as so many
 * independent ones. The same random state gives the same interval.
 *
 * @throws Error for an empty list.
 */
export function bootstrapInterval(
  outcomes: readonly ClusteredOutcome[],
  random: Random,
  draws = 2000,
): readonly [number, number] {
  const sums = new Map<string, { total: number; count: number }>();
  for (const { cluster, outcome: one } of outcomes) {
    const { total, count } = sums.get(cluster) ?? { total: 0, count: 0 };
    sums.set(cluster, { total: total + one, count: count + 1 });
  }
  const clusters = [...sums.values()];
  if (clusters.length === 0) {
    throw new Error('bootstrapInterval: expected at least one comparison, got none');
  }
  const rates = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let total = 0;
    let count = 0;
    for (let i = 0; i < clusters.length; i++) {
      const drawn = clusters[random.integer(clusters.length)];
      total += drawn.total;
      count += drawn.count;
    }
    rates[draw] = total / count;
  }
  rates.sort();
  return [rates[Math.floor(0.025 * draws)], rates[Math.ceil(0.975 * draws) - 1]];
}
