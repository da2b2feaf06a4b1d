import { add, exp, log, mul, sub } from './elementwise.ts';
import { concat, reshape, slice } from './layout.ts';
import { matMul } from './matMul.ts';
import { after } from './recompute.ts';
import { reduceMax, reduceSum } from './reduce.ts';
import { checkDType, showShape } from './shape.ts';
import { node } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/**
 * log Σ_v exp(hidden · table_v), in nats: what a softmax over the rows of a table is normalised by,
 * `hidden [N, C]` and `table [V, C]` to `[N]`. The products [N, V] are never there as a whole: they are
 * computed in so many blocks of the table, and once more for the gradient.
 */
export function logPartition(hidden: Tensor, table: Tensor, blocks: number): Tensor {
  checkDType('logPartition', hidden, 'float32');
  checkDType('logPartition', table, 'float32');
  const [positions, width] = hidden.shape;
  if (hidden.shape.length !== 2 || table.shape.length !== 2 || table.shape[1] !== width) {
    throw new Error(
      `logPartition: expected [N, C] and [V, C], got ${showShape(hidden.shape)} and ${showShape(table.shape)}`,
    );
  }
  // A block comes down to one column before the next begins.
  const columns = blocksOf(table, blocks).map((block) =>
    logSumExp(matMul(hidden, block, { transposeB: true })),
  );
  const value = reshape(logSumExp(concat(columns, 1)), [positions]);
  return node('logPartition', [value, hidden, table], { blocks }, value.shape, 'float32');
}

/** x [N, M] to [N, 1]. */
function logSumExp(x: Tensor): Tensor {
  const largest = reduceMax(x, [-1], { keepDims: true });
  return add(largest, log(reduceSum(exp(sub(x, largest)), [-1], { keepDims: true })));
}

/**
 * d hidden = softmax · table and d table = softmaxᵀ · hidden, each times dy. Cut otherwise than the value
 * was: ONNX Runtime takes nodes that are alike for one, and would keep every block of the table from
 * there to here.
 */
export function logPartitionGradient(
  y: Tensor<'logPartition'>,
  dy: Tensor,
): readonly [null, Tensor, Tensor] {
  const [, hidden, table] = y.inputs;
  const column = [y.shape[0], 1];
  const [partition, factor] = [reshape(y, column), reshape(dy, column)];
  let toHidden: Tensor | null = null;
  const toTable: Tensor[] = [];
  let again = hidden;
  for (const block of blocksOf(table, y.attributes.blocks + 1)) {
    const products = matMul(again, block, { transposeB: true });
    const shares = mul(exp(sub(products, partition)), factor); // [N, V of the block]
    const part = matMul(shares, block);
    const rows = matMul(shares, hidden, { transposeA: true });
    toHidden = toHidden === null ? part : add(toHidden, part);
    toTable.push(rows);
    // The next block waits for all of this one.
    again = after(after(hidden, toHidden), rows);
  }
  return [null, toHidden ?? hidden, concat(toTable, 0)];
}

/** The rows of a table in so many parts, nearly alike. */
function blocksOf(table: Tensor, blocks: number): Tensor[] {
  const rows = table.shape[0];
  const count = Math.min(blocks, rows);
  const bound = (i: number): number => Math.round((i * rows) / count);
  return Array.from({ length: count }, (_, i) => slice(table, 0, bound(i), bound(i + 1)));
}
