/** Operations that move elements without computing on them. */
import {
  broadcastShapes,
  checkDType,
  checkShape,
  normalizeAxis,
  sameShape,
  showShape,
  sizeOf,
} from './shape.ts';
import { node } from './tensor.ts';
import type { Shape, Tensor } from './tensor.ts';

/** The same elements in row-major order under another shape; one size may be −1 and is worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.filter((size) => size !== -1);
  const rest = sizeOf(x.shape) / sizeOf(known);
  const full = shape.map((size) => (size === -1 ? rest : size));
  if (
    known.length < shape.length - 1 ||
    !full.every((size) => Number.isInteger(size) && size >= 1) ||
    sizeOf(full) !== sizeOf(x.shape)
  ) {
    throw new Error(
      `reshape: expected a shape of ${sizeOf(x.shape)} elements for ${showShape(x.shape)}, got ${showShape(shape)}`,
    );
  }
  return sameShape(full, x.shape) ? x : node('reshape', [x], {}, full, x.dtype);
}

/** Dimensions in another order: dimension i of the result is dimension `permutation[i]` of x. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  const axes = permutation.map((axis) => normalizeAxis('transpose', axis, x.shape.length));
  if (axes.length !== x.shape.length || new Set(axes).size !== axes.length) {
    throw new Error(
      `transpose: expected a permutation of ${x.shape.length} axes, got ${showShape(permutation)}`,
    );
  }
  if (axes.every((axis, index) => axis === index)) return x;
  const shape = axes.map((axis) => x.shape[axis]);
  return node('transpose', [x], { permutation: axes }, shape, x.dtype);
}

/** Elements `start <= index < end` along one axis; negative bounds count from the back. */
export function slice(x: Tensor, axis: number, start: number, end?: number): Tensor {
  const at = normalizeAxis('slice', axis, x.shape.length);
  const size = x.shape[at];
  const from = start < 0 ? start + size : start;
  const to = end === undefined ? size : end < 0 ? end + size : end;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= size)) {
    throw new Error(
      `slice: expected 0 <= start < end <= ${size} on axis ${at} of ${showShape(x.shape)}, got ${start} and ${end ?? size}`,
    );
  }
  const starts = x.shape.map((_, index) => (index === at ? from : 0));
  const ends = x.shape.map((length, index) => (index === at ? to : length));
  return sliceBox(x, starts, ends);
}

/** The box `starts[i] <= index < ends[i]`; bounds were checked by the caller. */
export function sliceBox(x: Tensor, starts: readonly number[], ends: readonly number[]): Tensor {
  const shape = starts.map((from, axis) => ends[axis] - from);
  return sameShape(shape, x.shape) ? x : node('slice', [x], { starts, ends }, shape, x.dtype);
}

/** Tensors one after another along an axis; all other dimensions and the dtype must agree. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const [first, ...others] = tensors;
  if (tensors.length === 0) throw new Error('concat: expected at least one tensor, got none');
  const at = normalizeAxis('concat', axis, first.shape.length);
  for (const other of others) {
    const fits =
      other.dtype === first.dtype &&
      other.shape.length === first.shape.length &&
      other.shape.every((size, index) => index === at || size === first.shape[index]);
    if (fits) continue;
    throw new Error(
      `concat: expected ${first.dtype} ${showShape(first.shape)} but for axis ${at}, got ${other.dtype} ${showShape(other.shape)}`,
    );
  }
  if (others.length === 0) return first;
  const total = tensors.reduce((sum, tensor) => sum + tensor.shape[at], 0);
  const shape = first.shape.map((size, index) => (index === at ? total : size));
  return node('concat', tensors, { axis: at }, shape, first.dtype);
}

/** x between zeros: `before[i]` of them ahead of dimension i and `after[i]` behind it. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  const rank = x.shape.length;
  const counts = [...before, ...after];
  if (counts.length !== 2 * rank || !counts.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new Error(
      `pad: expected ${rank} whole counts on each side of ${showShape(x.shape)}, got ${showShape(before)} and ${showShape(after)}`,
    );
  }
  checkDType('pad', x, 'float32', 'int32', 'int64');
  if (counts.every((count) => count === 0)) return x;
  const shape = x.shape.map((size, axis) => before[axis] + size + after[axis]);
  return node('pad', [x], { before, after }, shape, x.dtype);
}

/** x repeated along dimensions of size 1, and along new leading ones, up to the given shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  checkShape('expand', shape);
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShapes('expand', x.shape, shape), shape)) {
    throw new Error(
      `expand: expected a shape that ${showShape(x.shape)} broadcasts to, got ${showShape(shape)}`,
    );
  }
  return node('expand', [x], {}, [...shape], x.dtype);
}

/** Equal parts along an axis, whose size the count must divide. */
export function split(x: Tensor, count: number, axis: number): Tensor[] {
  const at = normalizeAxis('split', axis, x.shape.length);
  const size = x.shape[at] / count;
  if (!Number.isInteger(size)) {
    throw new Error(`split: expected ${count} to divide axis ${at} of ${showShape(x.shape)}`);
  }
  return Array.from({ length: count }, (_, i) => slice(x, at, i * size, (i + 1) * size));
}
