/** Krippendorff's alpha: agreement corrected for chance, with any number of labelers and gaps. */

/** How far apart two values are: equal or not, by rank among all values given, or by difference. */
export type AlphaMetric = 'nominal' | 'ordinal' | 'interval';

/**
 * Alpha over units; a unit is the list of values that labelers gave to one item, in any order,
 * without those that are missing. 1 is agreement, 0 what chance gives, below 0 is systematic
 * disagreement. Null where nothing can be compared, or all values are equal (0 / 0).
 *
 * Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
 */
export function krippendorffAlpha(
  units: Iterable<readonly number[]>,
  metric: AlphaMetric,
): number | null {
  const coincidences = new Map<number, Map<number, number>>();
  for (const unit of units) addUnit(coincidences, unit);
  const values = [...coincidences.keys()].sort((a, b) => a - b);
  const frequency = values.map((value) => sum(coincidences.get(value)?.values() ?? []));
  const total = sum(frequency);
  if (total < 2) return null;

  const distance = distances(metric, values, frequency);
  let observed = 0;
  let expected = 0;
  for (const [i, first] of values.entries()) {
    for (const [j, second] of values.entries()) {
      const apart = distance(i, j);
      observed += (coincidences.get(first)?.get(second) ?? 0) * apart;
      expected += frequency[i] * frequency[j] * apart;
    }
  }
  return expected === 0 ? null : 1 - ((total - 1) * observed) / expected;
}

/** Every two values of a unit are paired, with weights that sum to the number of its values. */
function addUnit(coincidences: Map<number, Map<number, number>>, unit: readonly number[]): void {
  if (unit.length < 2) return;
  const weight = 1 / (unit.length - 1);
  for (const [i, first] of unit.entries()) {
    const row = coincidences.get(first) ?? new Map<number, number>();
    coincidences.set(first, row);
    for (const [j, second] of unit.entries()) {
      if (i !== j) row.set(second, (row.get(second) ?? 0) + weight);
    }
  }
}

/** The squared distance of the i-th and the j-th value. */
function distances(
  metric: AlphaMetric,
  values: readonly number[],
  frequency: readonly number[],
): (i: number, j: number) => number {
  if (metric === 'nominal') return (i, j) => (i === j ? 0 : 1);
  if (metric === 'interval') return (i, j) => (values[i] - values[j]) ** 2;
  return (i, j) => {
    const [low, high] = i < j ? [i, j] : [j, i];
    const between = sum(frequency.slice(low, high + 1));
    return (between - (frequency[low] + frequency[high]) / 2) ** 2;
  };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
