/** Means over seeds and comparisons with their 95 % intervals. */
import { outcome } from '../../src/data/index.ts';

/** A number with the half width of its 95 % interval; null where there is only one value. */
export interface Estimate {
  readonly mean: number;
  readonly half: number | null;
}

/** Student's t at 97.5 % for 1, 2, … degrees of freedom (tables); 1.96 beyond. */
const student = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** The mean over seeds, with Student's t. */
export function overSeeds(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, half: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, half: (student[n - 2] ?? 1.96) * Math.sqrt(variance / n) };
}

/** How often the first is preferred, ties one half, over all prompts of all seeds; normal interval. */
export function preference(
  pairs: readonly (readonly [ours: { score: number }, theirs: { score: number }])[],
): Estimate {
  const outcomes = pairs.map(([ours, theirs]) => outcome(ours.score, theirs.score));
  const n = outcomes.length;
  const mean = outcomes.reduce((sum, value) => sum + value, 0) / n;
  const variance =
    outcomes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, half: 1.96 * Math.sqrt(variance / n) };
}

/** As a table shows it: `0.545 ± 0.018`. */
export function text({ mean, half }: Estimate, digits = 3): string {
  return half === null ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`;
}

/** Whether the first is above the second by more than both intervals. */
export function above(one: Estimate, other: Estimate | number): boolean {
  const low = one.mean - (one.half ?? 0);
  return typeof other === 'number' ? low > other : low > other.mean + (other.half ?? 0);
}
