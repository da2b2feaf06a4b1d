/**
 * The derivative of every op, as expressions. The table is total: an op without an entry does not
 * compile. Formulas are written with y for the node's own value and dy for its gradient.
 */
import {
  add,
  cast,
  cos,
  div,
  equal,
  greater,
  less,
  mul,
  neg,
  sigmoid,
  sign,
  sin,
  square,
  sub,
  where,
  and,
  greaterOrEqual,
  lessOrEqual,
} from './elementwise.ts';
import { gather, pick, scatterPick, scatterRows } from './indexing.ts';
import { expand, pad, reshape, sliceBox, transpose } from './layout.ts';
import { isZeros, zeros } from './leaves.ts';
import { layerNormGradient } from './layerNormGradient.ts';
import { logPartitionGradient } from './logPartition.ts';
import { rmsNormGradient } from './rmsNormGradient.ts';
import { matMulGradient } from './matMulGradient.ts';
import { softmax } from './network.ts';
import { reducedShape, reduceSum } from './reduce.ts';
import { sizeOf } from './shape.ts';
import { isOp } from './tensor.ts';
import { unbroadcast } from './unbroadcast.ts';
import type { Op, Tensor } from './tensor.ts';

/** One gradient per input, in order; null for an input that gets none (such as indices). */
export type InputGradients = readonly (Tensor | null)[];

/** Turns a node and the gradient of its value into the gradients of its inputs. */
export type GradientRule<O extends Op> = (node: Tensor<O>, dy: Tensor) => InputGradients;

/** The total table: a rule, or null where no gradient flows, for every op. */
export type GradientRules = { readonly [O in Op]: GradientRule<O> | null };

/** A binary op's rule, from the gradients as they are before broadcasting is undone. */
function broadcasting(rule: GradientRule<Op>): GradientRule<Op> {
  return (node, dy) =>
    rule(node, dy).map((gradient, index) =>
      gradient === null ? null : unbroadcast(gradient, node.inputs[index].shape),
    );
}

/** dy where the op chose this operand, half of it where both were equal. */
function chosen(better: (a: Tensor, b: Tensor) => Tensor): GradientRule<Op> {
  return broadcasting(({ inputs: [a, b] }, dy) => {
    const half = where(equal(a, b), mul(dy, 0.5), 0);
    return [where(better(a, b), dy, half), where(better(b, a), dy, half)];
  });
}

/** A reduction's gradient laid out along the dimensions it folded, still of size 1. */
function unreduced(node: Tensor<'reduceSum' | 'reduceMean' | 'reduceMax'>, dy: Tensor): Tensor {
  return reshape(dy, reducedShape(node.inputs[0].shape, node.attributes.axes, true));
}

function withoutGradient(node: Tensor): never {
  throw new Error(`gradients: expected a differentiable op, got ${node.op}`);
}

/** √(2/π) and the cubic's factor in the tanh approximation of GELU. */
const geluScale = Math.sqrt(2 / Math.PI);
const geluCubic = 0.044715;

/** The rule of every op; null where no gradient flows to any input. */
export const gradientRules = {
  input: null,
  constant: null,
  part: withoutGradient,

  add: broadcasting((_, dy) => [dy, dy]),
  sub: broadcasting((_, dy) => [dy, neg(dy)]),
  mul: broadcasting(({ inputs: [a, b] }, dy) => [mul(dy, b), mul(dy, a)]),
  div: broadcasting((y, dy) => {
    const toNumerator = div(dy, y.inputs[1]);
    return [toNumerator, neg(mul(toNumerator, y))];
  }),
  minimum: chosen(less),
  maximum: chosen(greater),

  neg: (_, dy) => [neg(dy)],
  exp: (y, dy) => [mul(dy, y)],
  log: ({ inputs: [x] }, dy) => [div(dy, x)],
  sqrt: (y, dy) => [div(mul(dy, 0.5), y)],
  square: ({ inputs: [x] }, dy) => [mul(dy, mul(x, 2))],
  reciprocal: (y, dy) => [neg(mul(dy, square(y)))],
  abs: ({ inputs: [x] }, dy) => [mul(dy, sign(x))],
  sign: null,
  sin: ({ inputs: [x] }, dy) => [mul(dy, cos(x))],
  cos: ({ inputs: [x] }, dy) => [neg(mul(dy, sin(x)))],
  tanh: (y, dy) => [mul(dy, sub(1, square(y)))],
  sigmoid: (y, dy) => [mul(dy, mul(y, sub(1, y)))],
  softplus: ({ inputs: [x] }, dy) => [mul(dy, sigmoid(x))],
  relu: ({ inputs: [x] }, dy) => [where(greater(x, 0), dy, 0)],
  // y = x·s with s = sigmoid(2u), u = √(2/π)(x + 0.044715 x³), so y' = s + x·s·(1 − s)·2u'.
  gelu: ({ inputs: [x] }, dy) => {
    const x2 = square(x);
    const slope = add(mul(x2, 2 * geluScale * geluCubic), 2 * geluScale);
    const s = sigmoid(mul(x, slope));
    const derivative = add(mul(x2, 6 * geluScale * geluCubic), 2 * geluScale);
    return [mul(dy, mul(s, add(mul(mul(x, sub(1, s)), derivative), 1)))];
  },
  clip: ({ inputs: [x], attributes: { min, max } }, dy) => [
    where(and(greaterOrEqual(x, min), lessOrEqual(x, max)), dy, 0),
  ],

  softmax: (y, dy) => {
    const product = mul(dy, y);
    return [sub(product, mul(y, reduceSum(product, [-1], { keepDims: true })))];
  },
  logSoftmax: (y, dy) => {
    // ONNX Runtime has several threads for a softmax and one for an exponential.
    const probabilities = softmax(y.inputs[0]);
    // A gradient that is zero but for one element a row needs no pass to be summed.
    if (isOp(dy, 'scatterPick') && isZeros(dy.inputs[0])) {
      const [, indices, updates] = dy.inputs;
      const column = reshape(neg(updates), [...updates.shape, 1]);
      return [scatterPick(mul(probabilities, column), indices, updates)];
    }
    return [sub(dy, mul(probabilities, reduceSum(dy, [-1], { keepDims: true })))];
  },
  layerNorm: layerNormGradient,
  rmsNorm: rmsNormGradient,
  groupQueryAttention: withoutGradient,

  logPartition: logPartitionGradient,
  matMul: matMulGradient,

  reduceSum: (node, dy) => [expand(unreduced(node, dy), node.inputs[0].shape)],
  reduceMean: (node, dy) => {
    const count = sizeOf(node.inputs[0].shape) / sizeOf(node.shape);
    return [expand(mul(unreduced(node, dy), 1 / count), node.inputs[0].shape)];
  },
  reduceMax: (node, dy) => {
    const { axes } = node.attributes;
    const [x] = node.inputs;
    const isMax = cast(equal(x, unreduced(node, node)), 'float32');
    const share = div(unreduced(node, dy), reduceSum(isMax, axes, { keepDims: true }));
    return [mul(isMax, share)];
  },
  argMax: null,

  reshape: ({ inputs: [x] }, dy) => [reshape(dy, x.shape)],
  transpose: ({ attributes: { permutation } }, dy) => [
    transpose(
      dy,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  slice: ({ inputs: [x], attributes: { starts, ends } }, dy) => [
    pad(
      dy,
      starts,
      ends.map((end, axis) => x.shape[axis] - end),
    ),
  ],
  concat: ({ inputs, attributes: { axis } }, dy) => {
    let from = 0;
    return inputs.map((part) => {
      const starts = dy.shape.map((_, index) => (index === axis ? from : 0));
      const ends = starts.map((start, index) => start + part.shape[index]);
      from += part.shape[axis];
      return sliceBox(dy, starts, ends);
    });
  },
  pad: ({ inputs: [x], attributes: { before } }, dy) => [
    sliceBox(
      dy,
      before,
      before.map((start, axis) => start + x.shape[axis]),
    ),
  ],
  expand: ({ inputs: [x] }, dy) => [unbroadcast(dy, x.shape)],

  gather: ({ inputs: [table, indices] }, dy) => [
    scatterRows(zeros(table.shape), indices, dy),
    null,
  ],
  scatterRows: ({ inputs: [, indices] }, dy) => [dy, null, gather(dy, indices)],
  pick: ({ inputs: [x, indices] }, dy) => [scatterPick(zeros(x.shape), indices, dy), null],
  scatterPick: ({ inputs: [, indices] }, dy) => [dy, null, pick(dy, indices)],

  where: broadcasting(({ inputs: [condition] }, dy) => [
    null,
    where(condition, dy, 0),
    where(condition, 0, dy),
  ]),
  greater: null,
  greaterOrEqual: null,
  less: null,
  lessOrEqual: null,
  equal: null,
  not: null,
  and: null,
  or: null,
  cast: null,
  stopGradient: null,
} satisfies GradientRules;
