/**
 * An exponential moving average without the pull towards zero at the start, as TensorBoard draws
 * it. `weight` in [0, 1) is how much of the past is kept; 0 returns the values as they are.
 */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const result = Float64Array.from(values);
  if (weight === 0) return result;
  let average = 0;
  let share = 1; // of the zero at the start that is still in the average
  for (let at = 0; at < result.length; at++) {
    const value = result[at];
    if (Number.isNaN(value)) continue;
    average = weight * average + (1 - weight) * value;
    share *= weight;
    result[at] = average / (1 - share);
  }
  return result;
}
