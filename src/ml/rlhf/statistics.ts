/** Descriptive statistics of lists of numbers. */

/** @throws Error for an empty list. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new Error('mean: expected at least one number, got none');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Σ x, of an array of any kind; 0 of nothing. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** Of the list itself, not of a population behind it: divided by n. */
export function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

/** The root of {@link variance}. */
export function standardDeviation(values: readonly number[]): number {
  return Math.sqrt(variance(values));
}

/** Of the mean of a sample: the deviation with n − 1, divided by √n; 0 for a single number. */
export function standardError(values: readonly number[]): number {
  const n = values.length;
  return n < 2 ? 0 : standardDeviation(values) / Math.sqrt(n - 1);
}

/**
 * Pearson's correlation, or null where either list does not vary.
 * @throws Error unless both are of one length and not empty.
 */
export function correlation(a: readonly number[], b: readonly number[]): number | null {
  if (a.length !== b.length) {
    throw new Error(`correlation: expected lists of one length, got ${a.length} and ${b.length}`);
  }
  const [spreadA, spreadB] = [standardDeviation(a), standardDeviation(b)];
  if (spreadA === 0 || spreadB === 0) return null;
  const [meanA, meanB] = [mean(a), mean(b)];
  return mean(a.map((value, i) => (value - meanA) * (b[i] - meanB))) / spreadA / spreadB;
}
