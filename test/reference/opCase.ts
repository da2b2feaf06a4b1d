/** One op at one size, written twice: with our graph and with tfjs-core. */
import type * as tf from '@tensorflow/tfjs-core';
import type { DType, Shape, Tensor } from '../../src/ml/graph/index.ts';

/** A value fed to both sides. */
export interface Operand {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly values: readonly number[];
}

/** What is compared. */
export interface OpCase {
  /** What is special about this size. */
  readonly name: string;
  readonly operands: readonly Operand[];
  /** Ours: the operands in order to the op's value. */
  readonly build: (...operands: readonly Tensor[]) => Tensor;
  /** The same by tfjs-core's kernels on its CPU backend. */
  readonly reference: (...operands: readonly tf.Tensor[]) => tf.Tensor;
  /**
   * `compared`: gradients by every float32 operand equal tfjs's and finite differences.
   * `zero`: the op passes no gradient. `none`: it has none, and asking for one throws.
   */
  readonly gradient: 'compared' | 'zero' | 'none';
  /** Largest difference between gradients and finite differences, where the default is too tight. */
  readonly differenceTolerance?: number;
}

/** Smooth values in −1.2..1.2, all different, none near 0, far from ties. */
export function floats(...shape: number[]): Operand {
  return within(-1.2, 1.2, ...shape);
}

/** Values between two bounds that differ from each other and never sit on either bound. */
export function within(low: number, high: number, ...shape: number[]): Operand {
  const size = shape.reduce((product, length) => product * length, 1);
  // The golden ratio's multiples fill the interval evenly without repeating.
  const values = Array.from({ length: size }, (_, i) => {
    const fraction = (0.37 + (i + size) * 0.6180339887) % 1;
    return low + (high - low) * (0.02 + 0.96 * fraction);
  });
  return { shape, dtype: 'float32', values };
}

/** Given values. */
export function exactly(
  values: readonly number[],
  shape: Shape,
  dtype: DType = 'float32',
): Operand {
  return { shape, dtype, values };
}
