/** Operations that fold dimensions away. */
import { checkDType, normalizeAxes, showShape } from './shape.ts';
import { node } from './tensor.ts';
import type { Shape, Tensor } from './tensor.ts';

type ReduceOp = 'reduceSum' | 'reduceMean' | 'reduceMax';

function reduce(
  op: ReduceOp,
): (x: Tensor, axes?: readonly number[], options?: { readonly keepDims?: boolean }) => Tensor {
  return (x, axes, options = {}) => {
    checkDType(op, x, 'float32');
    const over = normalizeAxes(op, axes ?? x.shape.map((_, axis) => axis), x.shape.length);
    const keepDims = options.keepDims ?? false;
    const shape = reducedShape(x.shape, over, keepDims);
    if (over.length === 0) return x;
    return node<ReduceOp>(op, [x], { axes: over, keepDims }, shape, x.dtype);
  };
}

/** The shape left by folding the given axes (from the front, distinct). */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** Sum over axes (all when left out); negative axes count from the back. */
export const reduceSum = reduce('reduceSum');
/** Mean over axes (all when left out). */
export const reduceMean = reduce('reduceMean');
/** Largest element over axes (all when left out); equal ones share the gradient (PyTorch's amax). */
export const reduceMax = reduce('reduceMax');

/** Index of the largest element of the last dimension, the first of equal ones, as int64. Not differentiable. */
export function argMax(x: Tensor): Tensor {
  checkDType('argMax', x, 'float32');
  if (x.shape.length === 0) {
    throw new Error(`argMax: expected at least one dimension, got ${showShape(x.shape)}`);
  }
  return node('argMax', [x], {}, x.shape.slice(0, -1), 'int64');
}
