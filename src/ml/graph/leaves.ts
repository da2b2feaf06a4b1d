import { checkShape, showShape, sizeOf } from './shape.ts';
import { isOp, node } from './tensor.ts';
import type { DataOf, DType, Shape, Tensor, TensorData, TensorLike } from './tensor.ts';

/**
 * A value fed at every run under its name: weights, token ids, masks. Two inputs of one program
 * may not share a name.
 */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor<'input'> {
  checkShape('input', shape);
  if (name === '') throw new Error('input: expected a name, got an empty string');
  return node('input', [], { name }, [...shape], dtype);
}

/**
 * A value baked into the program. The elements are in row-major order; the array becomes the
 * node's and must not change afterwards.
 */
export function constant(data: TensorData, shape: Shape): Tensor<'constant'> {
  checkShape('constant', shape);
  if (data.length !== sizeOf(shape)) {
    throw new Error(
      `constant: expected ${sizeOf(shape)} elements for ${showShape(shape)}, got ${data.length}`,
    );
  }
  return node('constant', [], { data }, [...shape], dtypeOf(data));
}

/** A constant with no dimensions. */
export function scalar(value: number, dtype: DType = 'float32'): Tensor<'constant'> {
  return constant(fromNumbers([value], dtype), []);
}

/** A float32 tensor of zeros, made at run time rather than stored in the program. */
export function zeros(shape: Shape): Tensor {
  checkShape('zeros', shape);
  return shape.length === 0 ? scalar(0) : node('expand', [scalar(0)], {}, [...shape], 'float32');
}

/** Whether the tensor is one made by {@link zeros}. */
export function isZeros(tensor: Tensor): boolean {
  const [source = tensor] = isOp(tensor, 'expand') ? tensor.inputs : [];
  return (
    isOp(source, 'constant') && source.shape.length === 0 && Number(source.attributes.data[0]) === 0
  );
}

/** The tensor itself, or a number as a scalar constant of the given dtype. */
export function asTensor(value: TensorLike, dtype: DType = 'float32'): Tensor {
  return typeof value === 'number' ? scalar(value, dtype) : value;
}

/** Numbers as the array type of a dtype: whole numbers for the integer types, 0 or 1 for bool. */
export function fromNumbers<D extends DType>(values: Iterable<number>, dtype: D): DataOf[D];
export function fromNumbers(values: Iterable<number>, dtype: DType): TensorData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'int64':
      return BigInt64Array.from([...values].map(BigInt));
    case 'bool':
      return Uint8Array.from(values);
  }
}

/** The dtype whose elements this array type carries. */
export function dtypeOf(data: TensorData): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof BigInt64Array ? 'int64' : 'bool';
}
