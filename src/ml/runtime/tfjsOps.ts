/**
 * Every op of the graph in tfjs's kernels. The table is total: an op without an entry does not
 * compile. int64 is int32 here, as tfjs has no other whole numbers.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Op, Tensor } from '../graph/index.ts';
import type { Tfjs, TfTensor } from './tfjs.ts';
import { cachedAttention } from './tfjsAttention.ts';

/**
 * Computes a node from its inputs: its value, and behind it those of its parts. Intermediate values
 * are freed by the caller.
 */
export type TfjsOp<O extends Op> = (
  tf: Tfjs,
  inputs: readonly TfTensor[],
  node: Tensor<O>,
) => TfTensor | readonly TfTensor[];

/** The total table; null for what is found elsewhere: leaves, and parts of other nodes. */
export type TfjsOps = { readonly [O in Op]: TfjsOp<O> | null };

function unary(kernel: (tf: Tfjs) => (x: TfTensor) => TfTensor): TfjsOp<Op> {
  return (tf, [x]) => kernel(tf)(x);
}

function binary(kernel: (tf: Tfjs) => (a: TfTensor, b: TfTensor) => TfTensor): TfjsOp<Op> {
  return (tf, [a, b]) => kernel(tf)(a, b);
}

type Reducing = 'reduceSum' | 'reduceMean' | 'reduceMax';

function reduction(
  kernel: (tf: Tfjs) => (x: TfTensor, axes: number[], keepDims: boolean) => TfTensor,
): TfjsOp<Reducing> {
  return (tf, [x], { attributes: { axes, keepDims } }) => kernel(tf)(x, [...axes], keepDims);
}

/** Where each picked element stands among all of x [.., V]. */
function pickedPlaces(tf: Tfjs, x: TfTensor, indices: TfTensor): tfjs.Tensor1D {
  const width = x.shape[x.shape.length - 1];
  const starts = tf.range(0, x.size, width, 'int32');
  return tf.add(starts, tf.reshape(indices, [-1]));
}

function normalised(
  tf: Tfjs,
  centred: TfTensor,
  epsilon: number,
): { readonly normed: TfTensor; readonly inverse: TfTensor } {
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return { normed: tf.mul(centred, inverse), inverse };
}

const geluScale = Math.sqrt(2 / Math.PI);

/** The kernels of every op. */
export const tfjsOps = {
  input: null,
  constant: null,
  part: null,
  stopGradient: (tf, [x]) => tf.clone(x),
  logPartition: (tf, [value]) => tf.clone(value),

  add: binary((tf) => tf.add),
  sub: binary((tf) => tf.sub),
  mul: binary((tf) => tf.mul),
  div: (tf, [a, b], { dtype }) =>
    dtype === 'float32'
      ? tf.div(a, b)
      : tf.cast(tf.div(tf.cast(a, 'float32'), tf.cast(b, 'float32')), 'int32'),
  minimum: binary((tf) => tf.minimum),
  maximum: binary((tf) => tf.maximum),

  neg: unary((tf) => tf.neg),
  exp: unary((tf) => tf.exp),
  log: unary((tf) => tf.log),
  sqrt: unary((tf) => tf.sqrt),
  square: unary((tf) => tf.square),
  reciprocal: unary((tf) => tf.reciprocal),
  abs: unary((tf) => tf.abs),
  sign: unary((tf) => tf.sign),
  sin: unary((tf) => tf.sin),
  cos: unary((tf) => tf.cos),
  tanh: unary((tf) => tf.tanh),
  sigmoid: unary((tf) => tf.sigmoid),
  softplus: unary((tf) => tf.softplus),
  relu: unary((tf) => tf.relu),
  gelu: (tf, [x]) => {
    const inner = tf.mul(geluScale, tf.add(x, tf.mul(0.044715, tf.mul(x, tf.square(x)))));
    return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
  },
  clip: (tf, [x], { attributes: { min, max } }) => tf.clipByValue(x, min, max),

  softmax: (tf, [x]) => tf.softmax(x),
  logSoftmax: (tf, [x]) => tf.logSoftmax(x),
  layerNorm: (tf, [x, gain, bias], { attributes: { epsilon } }) => {
    const mean = tf.mean(x, -1, true);
    const { normed, inverse } = normalised(tf, tf.sub(x, mean), epsilon);
    return [tf.add(tf.mul(normed, gain), bias), mean, inverse];
  },
  rmsNorm: (tf, [x, gain], { attributes: { epsilon } }) => {
    const { normed, inverse } = normalised(tf, x, epsilon);
    return [tf.mul(normed, gain), inverse];
  },
  groupQueryAttention: cachedAttention,

  matMul: (tf, [a, b], { shape, attributes: { transposeA, transposeB, alpha } }) => {
    // tfjs multiplies equal batches only.
    const batch = shape.slice(0, -2);
    const stretch = (x: TfTensor): TfTensor => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
    const product = tf.matMul(stretch(a), stretch(b), transposeA, transposeB);
    return alpha === 1 ? product : tf.mul(product, alpha);
  },

  reduceSum: reduction((tf) => tf.sum),
  reduceMean: reduction((tf) => tf.mean),
  reduceMax: reduction((tf) => tf.max),
  argMax: (tf, [x]) => tf.argMax(x, -1),

  reshape: (tf, [x], { shape }) => tf.reshape(x, [...shape]),
  transpose: (tf, [x], { attributes: { permutation } }) => tf.transpose(x, [...permutation]),
  slice: (tf, [x], { shape, attributes: { starts } }) => tf.slice(x, [...starts], [...shape]),
  concat: (tf, inputs, { attributes: { axis } }) => tf.concat([...inputs], axis),
  pad: (tf, [x], { attributes: { before, after } }) =>
    tf.pad(
      x,
      before.map((count, i): [number, number] => [count, after[i]]),
    ),
  expand: (tf, [x], { shape }) => tf.broadcastTo(x, [...shape]),

  gather: (tf, [table, indices]) => tf.gather(table, tf.cast(indices, 'int32')),
  scatterRows: (tf, [base, indices, updates]) => {
    const rows = tf.reshape(updates, [indices.size, ...base.shape.slice(1)]);
    const flat: tfjs.Tensor1D = tf.reshape(indices, [indices.size]);
    return tf.add(base, tf.unsortedSegmentSum(rows, flat, base.shape[0]));
  },
  pick: (tf, [x, indices], { shape }) => {
    const places = pickedPlaces(tf, x, indices);
    return tf.reshape(tf.gather(tf.reshape(x, [-1]), places), [...shape]);
  },
  scatterPick: (tf, [base, indices, updates], { shape }) => {
    const places = pickedPlaces(tf, base, indices);
    const sums = tf.unsortedSegmentSum(tf.reshape(updates, [-1]), places, base.size);
    return tf.add(base, tf.reshape(sums, [...shape]));
  },

  where: (tf, [condition, a, b], { shape }) =>
    tf.where(
      tf.broadcastTo(condition, [...shape]),
      tf.broadcastTo(a, [...shape]),
      tf.broadcastTo(b, [...shape]),
    ),
  greater: binary((tf) => tf.greater),
  greaterOrEqual: binary((tf) => tf.greaterEqual),
  less: binary((tf) => tf.less),
  lessOrEqual: binary((tf) => tf.lessEqual),
  equal: binary((tf) => tf.equal),
  not: unary((tf) => tf.logicalNot),
  and: binary((tf) => tf.logicalAnd),
  or: binary((tf) => tf.logicalOr),
  cast: (tf, [x], { dtype }) => tf.cast(x, dtype === 'int64' ? 'int32' : dtype),
} satisfies TfjsOps;
