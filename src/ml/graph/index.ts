/** Expressions: tensors as immutable nodes, the functions that build them, and their gradients. */
export type { DType, Op, Shape, Tensor, TensorData } from './tensor.ts';
export { isOp, topologicalOrder } from './tensor.ts';
export { sameShape, showShape, sizeOf } from './shape.ts';
export { constant, dtypeOf, fromNumbers, input, isZeros, scalar, zeros } from './leaves.ts';
export {
  abs,
  add,
  and,
  cast,
  clip,
  cos,
  div,
  equal,
  exp,
  gelu,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  log,
  logSigmoid,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  reciprocal,
  relu,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  tanh,
  where,
} from './elementwise.ts';
export { concat, expand, pad, reshape, slice, split, transpose } from './layout.ts';
export { argMax, reduceMax, reduceMean, reduceSum } from './reduce.ts';
export { gather, pick, scatterPick, scatterRows } from './indexing.ts';
export { logPartition } from './logPartition.ts';
export { matMul } from './matMul.ts';
export type { MatMulOptions } from './matMul.ts';
export {
  groupQueryAttention,
  layerNorm,
  logSoftmax,
  rmsNorm,
  softmax,
  tokenLogprobs,
} from './network.ts';
export { gradients } from './gradients.ts';
