import { add } from './elementwise.ts';
import { scatterRows } from './indexing.ts';
import { concat } from './layout.ts';
import { isZeros } from './leaves.ts';
import { isOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/**
 * The sum of the gradients a tensor receives from its users. Two patterns are summed without
 * passes over zeros: slices that tile the tensor (queries, keys and values cut from one product)
 * become one concatenation, and rows read from a table (a token embedding tied to the output
 * head) are added straight onto the dense rest.
 */
export function sumContributions(parts: readonly Tensor[]): Tensor {
  const [first, ...others] = parts;
  if (others.length === 0) return first;
  const tiled = concatTiles(parts);
  if (tiled !== null) return tiled;
  const sparse = parts.filter(isScatterOnZeros);
  const dense = parts.filter((part) => !sparse.includes(part));
  const base = dense.length > 0 ? dense.reduce((sum, part) => add(sum, part)) : null;
  return (
    sparse.reduce(
      (sum: Tensor | null, part) =>
        sum === null ? part : scatterRows(sum, part.inputs[1], part.inputs[2]),
      base,
    ) ?? first
  );
}

function isScatterOnZeros(part: Tensor): boolean {
  return isOp(part, 'scatterRows') && isZeros(part.inputs[0]);
}

/** The concatenation of pads that tile one axis without gap or overlap, or null. */
function concatTiles(parts: readonly Tensor[]): Tensor | null {
  const pads = parts.filter((part) => isOp(part, 'pad'));
  if (pads.length !== parts.length) return null;
  const { before, after } = pads[0].attributes;
  const axis = before.findIndex((count, index) => count + after[index] > 0);
  const alongAxis = pads.every((part) =>
    part.attributes.before.every(
      (count, index) => index === axis || count + part.attributes.after[index] === 0,
    ),
  );
  if (!alongAxis) return null;
  const ordered = pads.toSorted((a, b) => a.attributes.before[axis] - b.attributes.before[axis]);
  let end = 0;
  for (const part of ordered) {
    if (part.attributes.before[axis] !== end) return null;
    end += part.inputs[0].shape[axis];
  }
  if (end !== pads[0].shape[axis]) return null;
  return concat(
    ordered.map((part) => part.inputs[0]),
    axis,
  );
}
