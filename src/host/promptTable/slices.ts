/** Long work in short slices, so that whoever shares the event loop can get a word in. */

/** Lets others run when a slice has been used up; to be awaited often. */
export type Pause = () => Promise<void> | undefined;

/** The editor must be able to answer between two slices. */
const sliceMs = 12;

/**
 * A pause that is taken only when the last one was {@link sliceMs} ago.
 * @param clock milliseconds, monotonic
 * @param breathe lets others run
 */
export function slices(clock: () => number, breathe: () => Promise<void>): Pause {
  let since = clock();
  return () => {
    if (clock() - since < sliceMs) return undefined;
    return breathe().then(() => {
      since = clock();
    });
  };
}

/** A stable merge sort that pauses; the items are left as they are. */
export async function sortInSlices<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  pause: Pause,
): Promise<T[]> {
  let [from, to] = [[...items], new Array<T>(items.length)];
  for (let width = 1; width < items.length; width *= 2) {
    for (let start = 0; start < items.length; start += 2 * width) {
      const middle = Math.min(start + width, items.length);
      const end = Math.min(start + 2 * width, items.length);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at++) {
        const takesLeft = left < middle && (right >= end || compare(from[left], from[right]) <= 0);
        to[at] = takesLeft ? from[left++] : from[right++];
        if (at % 64 === 0) await pause();
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
