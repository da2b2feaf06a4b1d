import { reshape } from './layout.ts';
import { reduceSum } from './reduce.ts';
import type { Shape, Tensor } from './tensor.ts';

/** Sums a gradient over the dimensions that broadcasting added or stretched. */
export function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  );
  return reshape(reduceSum(gradient, axes), shape);
}
