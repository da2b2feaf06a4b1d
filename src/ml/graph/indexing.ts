/** Reading and adding at positions that are data: embedding tables and targets. */
import { checkDType, sameShape, showShape } from './shape.ts';
import { node } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/**
 * Rows of a table: `table [V, ...row]`, `indices [...]` (int64 or int32) give `[...indices, ...row]`.
 * Indices must lie in 0..V−1; the runtime rejects others.
 */
export function gather(table: Tensor, indices: Tensor): Tensor {
  checkDType('gather', indices, 'int64', 'int32');
  if (table.shape.length === 0) {
    throw new Error(`gather: expected a table of rows, got ${showShape(table.shape)}`);
  }
  const shape = [...indices.shape, ...table.shape.slice(1)];
  return node('gather', [table, indices], {}, shape, table.dtype);
}

/**
 * A table with rows added to it, the reverse of {@link gather}: `base [V, ...row]`,
 * `indices [...]`, `updates [...indices, ...row]`. A row named twice is added twice, in order.
 */
export function scatterRows(base: Tensor, indices: Tensor, updates: Tensor): Tensor {
  checkDType('scatterRows', indices, 'int64', 'int32');
  checkDType('scatterRows', base, 'float32');
  checkDType('scatterRows', updates, 'float32');
  const expected = [...indices.shape, ...base.shape.slice(1)];
  if (base.shape.length === 0 || !sameShape(expected, updates.shape)) {
    throw new Error(
      `scatterRows: expected updates ${showShape(expected)}, got ${showShape(updates.shape)}`,
    );
  }
  return node('scatterRows', [base, indices, updates], {}, base.shape, base.dtype);
}

/**
 * One element of the last dimension for each position: `x [..., V]`, `indices [...]` (int64 or
 * int32, in 0..V−1) give `[...]`.
 */
export function pick(x: Tensor, indices: Tensor): Tensor {
  checkDType('pick', indices, 'int64', 'int32');
  checkPickShapes('pick', x, indices);
  return node('pick', [x, indices], {}, indices.shape, x.dtype);
}

/** x with `updates [...]` added at the picked positions, the reverse of {@link pick}. */
export function scatterPick(base: Tensor, indices: Tensor, updates: Tensor): Tensor {
  checkDType('scatterPick', indices, 'int64', 'int32');
  checkDType('scatterPick', base, 'float32');
  checkDType('scatterPick', updates, 'float32');
  checkPickShapes('scatterPick', base, indices);
  if (!sameShape(indices.shape, updates.shape)) {
    throw new Error(
      `scatterPick: expected updates ${showShape(indices.shape)}, got ${showShape(updates.shape)}`,
    );
  }
  return node('scatterPick', [base, indices, updates], {}, base.shape, base.dtype);
}

function checkPickShapes(op: string, x: Tensor, indices: Tensor): void {
  if (x.shape.length > 0 && sameShape(x.shape.slice(0, -1), indices.shape)) return;
  throw new Error(
    `${op}: expected indices ${showShape(x.shape.slice(0, -1))} for ${showShape(x.shape)}, got ${showShape(indices.shape)}`,
  );
}
