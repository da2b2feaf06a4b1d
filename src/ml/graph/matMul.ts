import { broadcastShapes, checkDType, showShape } from './shape.ts';
import { node } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** How {@link matMul} reads its operands, at no extra cost. */
export interface MatMulOptions {
  /** Read the last two dimensions of a the other way round. */
  readonly transposeA?: boolean;
  /** Read the last two dimensions of b the other way round. */
  readonly transposeB?: boolean;
  /** Factor on the product. */
  readonly alpha?: number;
}

/**
 * Matrix product of the last two dimensions, `[..., M, K] x [..., K, N]` to `[..., M, N]`; leading
 * dimensions broadcast. Both operands have at least two dimensions.
 */
export function matMul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  checkDType('matMul', a, 'float32');
  checkDType('matMul', b, 'float32');
  const [rows, inner] = matrixOf(a, transposeA);
  const [innerB, columns] = matrixOf(b, transposeB);
  if (rows === 0 || innerB === 0 || inner !== innerB) {
    const left = transposeA ? '[.., K, M]' : '[.., M, K]';
    const right = transposeB ? '[.., N, K]' : '[.., K, N]';
    throw new Error(
      `matMul: expected ${left} x ${right}, got ${showShape(a.shape)} and ${showShape(b.shape)}`,
    );
  }
  const batch = broadcastShapes('matMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const attributes = { transposeA, transposeB, alpha };
  return node('matMul', [a, b], attributes, [...batch, rows, columns], 'float32');
}

/** Rows and columns of the matrices as read; zeros where there are no matrices. */
function matrixOf(x: Tensor, transposed: boolean): readonly [number, number] {
  const [rows = 0, columns = 0] = x.shape.length < 2 ? [] : x.shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}
