/** Which points of a long curve to draw, so that it looks the same and costs the same for ever. */

/**
 * Indices of `values[from … to)` worth drawing, ascending: all of them when they are few, else the
 * first, the last, and the lowest and highest of each of `buckets` equal parts, so that no spike
 * disappears. At most 2 · buckets + 2.
 */
export function pickPoints(
  values: ArrayLike<number>,
  from: number,
  to: number,
  buckets: number,
): number[] {
  const count = to - from;
  if (count <= 2 * buckets) return Array.from({ length: Math.max(0, count) }, (_, at) => from + at);
  const picked = new Set<number>([from]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = from + Math.floor((bucket * count) / buckets);
    const end = from + Math.floor(((bucket + 1) * count) / buckets);
    let low = start;
    let high = start;
    for (let at = start + 1; at < end; at++) {
      // A missing value (NaN) loses every comparison: whatever is there replaces it.
      if (values[at] < values[low] || Number.isNaN(values[low])) low = at;
      if (values[at] > values[high] || Number.isNaN(values[high])) high = at;
    }
    picked.add(Math.min(low, high));
    picked.add(Math.max(low, high));
  }
  picked.add(to - 1);
  return [...picked];
}

/** Where `steps[at] >= step` begins; `steps` ascends. */
export function firstAtOrAfter(steps: ArrayLike<number>, step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (steps[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low;
}
