import { reshape } from './layout.ts';
import { matMul } from './matMul.ts';
import { sizeOf } from './shape.ts';
import { unbroadcast } from './unbroadcast.ts';
import type { Tensor } from './tensor.ts';

/** The gradients of both operands of a matrix product, again as matrix products. */
export function matMulGradient(node: Tensor<'matMul'>, dy: Tensor): readonly [Tensor, Tensor] {
  const [a, b] = node.inputs;
  const { transposeA, transposeB, alpha } = node.attributes;
  const toA = transposeA
    ? matMul(b, dy, { transposeA: transposeB, transposeB: true, alpha })
    : matMul(dy, b, { transposeB: !transposeB, alpha });
  // A weight shared by a batch gets one product over all rows instead of a sum of products.
  if (b.shape.length === 2 && !transposeA) {
    const rows = flatten(a);
    const dRows = flatten(dy);
    const toB = transposeB
      ? matMul(dRows, rows, { transposeA: true, alpha })
      : matMul(rows, dRows, { transposeA: true, alpha });
    return [unbroadcast(toA, a.shape), toB];
  }
  const toB = transposeB
    ? matMul(dy, a, { transposeA: true, transposeB: transposeA, alpha })
    : matMul(a, dy, { transposeA: !transposeA, alpha });
  return [unbroadcast(toA, a.shape), unbroadcast(toB, b.shape)];
}

/** All leading dimensions as one: `[..., K]` to `[N, K]`. */
function flatten(x: Tensor): Tensor {
  return reshape(x, [sizeOf(x.shape.slice(0, -1)), ...x.shape.slice(-1)]);
}
