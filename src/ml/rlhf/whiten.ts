/** Whitening: mean 0 and variance 1, or variance 1 with the mean kept. */

/** What happens to the mean. Advantages end with mean 0; rewards keep theirs. */
export type MeanAfterWhitening = 'zero' | 'kept';

/**
 * (x − μ) / √(σ² + 1e-8), plus μ where the mean is kept, over all entries of all rows together.
 * σ² is the population variance, as in openai/lm-human-preferences; libraries that apply Bessel's
 * correction differ by a factor √(n/(n−1)).
 *
 * @param rows One array an episode, of any lengths; there is no padding to mask.
 * @returns New arrays of the same lengths.
 */
export function whiten(rows: readonly Float32Array[], mean: MeanAfterWhitening): Float32Array[] {
  let count = 0;
  let sum = 0;
  for (const row of rows) {
    count += row.length;
    for (const x of row) sum += x;
  }
  const mu = sum / Math.max(1, count);
  let squares = 0;
  for (const row of rows) for (const x of row) squares += (x - mu) ** 2;
  const scale = 1 / Math.sqrt(squares / Math.max(1, count) + 1e-8);
  const shift = mean === 'kept' ? mu : 0;
  return rows.map((row) => row.map((x) => (x - mu) * scale + shift));
}
