/** Cases of matrix products: transposed, scaled, batched, broadcast. */
import * as tf from '@tensorflow/tfjs-core';
import * as graph from '../../src/ml/graph/index.ts';
import { floats } from './opCase.ts';
import type { OpCase } from './opCase.ts';
import { one, others } from './opFamilies.ts';

/** A matrix product of these shapes, its batches broadcast. */
function matMulCase(
  name: string,
  [a, b]: readonly [number[], number[]],
  options: graph.MatMulOptions = {},
): OpCase {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  // tfjs multiplies equal batches; broadcasting is done before, by an op of its own.
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2));
  const stretch = (x: tf.Tensor): tf.Tensor => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  return one(
    name,
    [floats(...a), others(...b)],
    (x, y) => graph.matMul(x, y, options),
    (x, y) => tf.mul(alpha, tf.matMul(stretch(x), stretch(y), transposeA, transposeB)),
  );
}

/** The cases of `matMul`. */
export const matMulCases: readonly OpCase[] = [
  matMulCase('matrices', [
    [2, 3],
    [3, 4],
  ]),
  matMulCase('all of size 1', [
    [1, 1],
    [1, 1],
  ]),
  matMulCase('row by column', [
    [1, 3],
    [3, 1],
  ]),
  matMulCase(
    'scaled',
    [
      [2, 3],
      [3, 2],
    ],
    { alpha: 0.25 },
  ),
  matMulCase(
    'a transposed',
    [
      [3, 2],
      [3, 2],
    ],
    { transposeA: true },
  ),
  matMulCase(
    'b transposed, scaled',
    [
      [2, 3],
      [4, 3],
    ],
    { transposeB: true, alpha: -2 },
  ),
  matMulCase(
    'both transposed',
    [
      [3, 2],
      [4, 3],
    ],
    { transposeA: true, transposeB: true },
  ),
  matMulCase('a batch', [
    [2, 2, 3],
    [2, 3, 2],
  ]),
  matMulCase(
    'a batch of heads, b transposed',
    [
      [2, 2, 2, 3],
      [2, 2, 3, 3],
    ],
    {
      transposeB: true,
      alpha: 0.5,
    },
  ),
  matMulCase(
    'a batch, a transposed',
    [
      [2, 3, 2],
      [2, 3, 2],
    ],
    { transposeA: true },
  ),
  matMulCase(
    'a batch, both transposed',
    [
      [2, 3, 2],
      [2, 2, 3],
    ],
    {
      transposeA: true,
      transposeB: true,
    },
  ),
  matMulCase('a batch with one weight', [
    [2, 2, 3],
    [3, 2],
  ]),
  matMulCase(
    'a batch with one transposed weight',
    [
      [2, 2, 3],
      [2, 3],
    ],
    { transposeB: true },
  ),
  matMulCase(
    'a transposed batch with one weight',
    [
      [2, 3, 2],
      [3, 2],
    ],
    { transposeA: true },
  ),
  matMulCase('a batch of 1 against 3', [
    [1, 2, 2],
    [3, 2, 1],
  ]),
  matMulCase('one matrix against a batch', [
    [2, 3],
    [2, 3, 2],
  ]),
  matMulCase(
    'batches that both stretch',
    [
      [2, 1, 2, 2],
      [1, 2, 2, 2],
    ],
    { transposeB: true },
  ),
];
