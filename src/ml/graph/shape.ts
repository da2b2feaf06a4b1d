import type { DType, Shape, Tensor } from './tensor.ts';

/** The number of elements of a tensor of this shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A shape as it stands in messages: `[2, 3]`. */
export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes are the same, dimension by dimension. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The shape two shapes broadcast to by numpy's rule. Throws where they do not. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new Error(
      `${op}: expected shapes that broadcast, got ${showShape(a)} and ${showShape(b)}`,
    );
  });
}

/** An axis counted from the front; negative ones count from the back. Throws if out of range. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new Error(`${op}: expected an axis of a tensor of rank ${rank}, got ${axis}`);
  }
  return normalized;
}

/** Distinct axes counted from the front, ascending. */
export function normalizeAxes(op: string, axes: readonly number[], rank: number): number[] {
  const normalized = axes.map((axis) => normalizeAxis(op, axis, rank)).sort((a, b) => a - b);
  if (new Set(normalized).size !== normalized.length) {
    throw new Error(`${op}: expected distinct axes, got ${showShape(axes)}`);
  }
  return normalized;
}

/** Throws unless the shape is one of positive whole sizes. */
export function checkShape(op: string, shape: Shape): void {
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 1)) return;
  throw new Error(`${op}: expected a shape of positive whole sizes, got ${showShape(shape)}`);
}

/** Throws unless the tensor has one of the dtypes. */
export function checkDType(op: string, tensor: Tensor, ...allowed: readonly DType[]): void {
  if (allowed.includes(tensor.dtype)) return;
  throw new Error(`${op}: expected ${allowed.join(' or ')}, got ${tensor.dtype}`);
}
