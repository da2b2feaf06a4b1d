import type { TensorData } from '../graph/index.ts';

/** An array with a name for messages, and whether a run writes into it. */
export interface NamedArray {
  readonly name: string;
  readonly data: TensorData;
  readonly written: boolean;
}

/**
 * Two arrays that share memory of which at least one is written, or null. Arrays that are only
 * read may overlap freely.
 */
export function findOverlap(
  arrays: readonly NamedArray[],
): readonly [NamedArray, NamedArray] | null {
  const byBuffer = new Map<ArrayBufferLike, NamedArray[]>();
  for (const array of arrays) {
    const sharing = byBuffer.get(array.data.buffer);
    if (sharing === undefined) byBuffer.set(array.data.buffer, [array]);
    else sharing.push(array);
  }
  for (const sharing of byBuffer.values()) {
    const ordered = sharing.toSorted((a, b) => a.data.byteOffset - b.data.byteOffset);
    let furthest: NamedArray | null = null;
    let furthestWritten: NamedArray | null = null;
    for (const array of ordered) {
      const other = array.written ? furthest : furthestWritten;
      if (other !== null && endOf(other) > array.data.byteOffset) return [other, array];
      if (furthest === null || endOf(array) > endOf(furthest)) furthest = array;
      if (!array.written) continue;
      if (furthestWritten === null || endOf(array) > endOf(furthestWritten))
        furthestWritten = array;
    }
  }
  return null;
}

function endOf({ data }: NamedArray): number {
  return data.byteOffset + data.byteLength;
}
