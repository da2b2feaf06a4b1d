/**
 * Every op at ordinary and at edge sizes, with the same computation in tfjs-core beside it. The
 * table is total: a new op without a case does not compile.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as graph from '../../src/ml/graph/index.ts';
import { layerNormStatistic, rmsNormStatistic } from '../../src/ml/graph/network.ts';
import type { Op } from '../../src/ml/graph/index.ts';
import { attentionCases } from './attentionCases.ts';
import { matMulCases } from './matMulCases.ts';
import { exactly, floats, within } from './opCase.ts';
import type { OpCase } from './opCase.ts';
import {
  binary,
  comparison,
  ids,
  layerNorm,
  logical,
  normed,
  one,
  overLastAxis,
  positive,
  reduction,
  rmsNorm,
  unary,
  weighted,
} from './opFamilies.ts';
import {
  gatherReference,
  geluReference,
  layerNormReference,
  pickReference,
  rmsNormReference,
  scatterPickReference,
  scatterRowsReference,
  weightedReference,
  whereReference,
} from './opReferences.ts';

const mask = exactly([1, 0, 0, 1], [2, 2], 'bool');

/** The cases of every op. */
export const opCases = {
  input: [
    one(
      'by name',
      [floats(2, 3)],
      (x) => x,
      (x) => tf.clone(x),
    ),
    one(
      'int32',
      [exactly([3, -4], [2], 'int32')],
      (x) => x,
      (x) => tf.clone(x),
      'zero',
    ),
  ],
  constant: [
    one(
      'added to an input',
      [floats(2)],
      (x) => graph.add(x, graph.constant(Float32Array.of(0.5, -2), [2])),
      (x) => tf.add(x, tf.tensor1d([0.5, -2])),
    ),
    one(
      'whole numbers',
      [ids([5], [1])],
      (x) => graph.add(x, graph.constant(BigInt64Array.of(-7n), [1])),
      (x) => tf.add(x, tf.tensor1d([-7], 'int32')),
      'zero',
    ),
  ],
  part: [
    one(
      'mean of a layer norm',
      [floats(2, 3)],
      (x) => layerNormStatistic(normed(x), 'mean'),
      (x) => tf.mean(x, -1, true),
      'none',
    ),
    one(
      'inverse deviation of a layer norm',
      [floats(2, 3)],
      (x) => layerNormStatistic(normed(x), 'inverseStd'),
      (x) => tf.rsqrt(tf.add(tf.moments(x, -1, true).variance, 1e-5)),
      'none',
    ),
    one(
      'inverse root of an RMS norm',
      [floats(2, 3), floats(3)],
      (x, gain) => rmsNormStatistic(graph.rmsNorm(x, gain)),
      (x) => tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6)),
      'none',
    ),
  ],

  add: [
    ...binary(graph.add, tf.add),
    one(
      'to itself',
      [floats(3)],
      (x) => graph.add(x, x),
      (x) => tf.mul(x, 2),
    ),
  ],
  sub: binary(graph.sub, tf.sub),
  mul: [
    ...binary(graph.mul, tf.mul),
    one(
      'by itself',
      [floats(3)],
      (x) => graph.mul(x, x),
      (x) => tf.square(x),
    ),
    one(
      'by a number',
      [floats(3)],
      (x) => graph.mul(3, x),
      (x) => tf.mul(x, 3),
    ),
  ],
  div: binary(graph.div, tf.div, positive),
  minimum: binary(graph.minimum, tf.minimum),
  maximum: binary(graph.maximum, tf.maximum),

  neg: unary(graph.neg, tf.neg),
  exp: unary(graph.exp, tf.exp),
  log: unary(graph.log, tf.log, positive),
  sqrt: unary(graph.sqrt, tf.sqrt, positive),
  square: unary(graph.square, tf.square),
  reciprocal: unary(graph.reciprocal, tf.reciprocal, positive),
  abs: unary(graph.abs, tf.abs),
  sign: [one('of both signs and 0', [exactly([-2, 0, 3], [3])], graph.sign, tf.sign, 'zero')],
  sin: unary(graph.sin, tf.sin),
  cos: unary(graph.cos, tf.cos),
  tanh: unary(graph.tanh, tf.tanh),
  sigmoid: unary(graph.sigmoid, tf.sigmoid),
  softplus: unary(graph.softplus, tf.softplus),
  relu: unary(graph.relu, tf.relu),
  gelu: [
    ...unary(graph.gelu, geluReference),
    one('far out', [exactly([-8, -4, -2, 2, 4, 8], [6])], graph.gelu, geluReference),
  ],
  clip: unary(
    (x) => graph.clip(x, -0.4, 0.7),
    (x) => tf.clipByValue(x, -0.4, 0.7),
  ),

  softmax: overLastAxis(graph.softmax, (x) => tf.softmax(x)),
  logSoftmax: [
    ...overLastAxis(graph.logSoftmax, (x) => tf.logSoftmax(x)),
    one(
      'picked, as in a language-model loss',
      [floats(2, 3, 5), ids([0, 4, 2, 2, 1, 3], [2, 3])],
      graph.tokenLogprobs,
      (x, targets) => pickReference(tf.logSoftmax(x), targets),
    ),
  ],
  layerNorm: [
    one('rows', [floats(2, 4), floats(4), floats(4)], layerNorm, layerNormReference),
    one('rank 3', [floats(2, 1, 3), floats(3), floats(3)], layerNorm, layerNormReference),
    one('one row', [floats(5), positive(5), floats(5)], layerNorm, layerNormReference),
    one('a width of 1', [floats(2, 1), floats(1), floats(1)], layerNorm, layerNormReference),
  ],
  rmsNorm: [
    one('rows', [floats(2, 4), floats(4)], rmsNorm, rmsNormReference),
    one('rank 4', [floats(2, 1, 3, 4), floats(4)], rmsNorm, rmsNormReference),
    one('one row', [floats(5), positive(5)], rmsNorm, rmsNormReference),
    one('a width of 1', [floats(2, 1), floats(1)], rmsNorm, rmsNormReference),
  ],
  groupQueryAttention: attentionCases,

  logPartition: [1, 2, 5, 9].map((blocks) =>
    one(
      `${blocks} blocks of seven rows`,
      [within(-3, 3, 4, 3), floats(7, 3)],
      (hidden, table) => graph.logPartition(hidden, table, blocks),
      (hidden, table) => tf.logSumExp(tf.matMul(hidden, table, false, true), -1),
    ),
  ),
  matMul: matMulCases,

  reduceSum: reduction(graph.reduceSum, tf.sum),
  reduceMean: reduction(graph.reduceMean, tf.mean),
  reduceMax: reduction(graph.reduceMax, tf.max),
  argMax: [
    one(
      'first of equals',
      [exactly([1, 3, 3, 2, 2, 2], [2, 3])],
      graph.argMax,
      (x) => tf.argMax(x, -1),
      'zero',
    ),
    one('a single class', [floats(2, 1)], graph.argMax, (x) => tf.argMax(x, -1), 'zero'),
  ],

  reshape: [
    one(
      'to fewer dimensions',
      [floats(2, 3)],
      (x) => graph.reshape(x, [6]),
      (x) => tf.reshape(x, [6]),
    ),
    one(
      'with one size left out',
      [floats(2, 3)],
      (x) => graph.reshape(x, [3, -1]),
      (x) => tf.reshape(x, [3, 2]),
    ),
    one(
      'to a scalar',
      [floats(1, 1)],
      (x) => graph.reshape(x, []),
      (x) => tf.reshape(x, []),
    ),
  ],
  transpose: [
    one(
      'a matrix',
      [floats(2, 3)],
      (x) => graph.transpose(x, [1, 0]),
      (x) => tf.transpose(x),
    ),
    one(
      'heads',
      [floats(1, 2, 3, 2)],
      (x) => graph.transpose(x, [2, 0, 3, 1]),
      (x) => tf.transpose(x, [2, 0, 3, 1]),
    ),
  ],
  slice: [
    one(
      'the middle',
      [floats(2, 4)],
      (x) => graph.slice(x, 1, 1, 3),
      (x) => tf.slice(x, [0, 1], [2, 2]),
    ),
    one(
      'from the back',
      [floats(3, 2)],
      (x) => graph.slice(x, 0, -1),
      (x) => tf.slice(x, [2, 0], [1, 2]),
    ),
    one(
      'three parts that tile',
      [floats(2, 6)],
      (x) => weighted(graph.split(x, 3, 1)),
      (x) => weightedReference(tf.split(x, 3, 1)),
    ),
    one(
      'two parts that overlap',
      [floats(3)],
      (x) => weighted([graph.slice(x, 0, 0, 2), graph.slice(x, 0, 1, 3)]),
      (x) => weightedReference([tf.slice(x, [0], [2]), tf.slice(x, [1], [2])]),
    ),
  ],
  concat: [
    one(
      'columns',
      [floats(2, 1), floats(2, 3)],
      (a, b) => graph.concat([a, b], 1),
      (a, b) => tf.concat([a, b], 1),
    ),
    one(
      'rows',
      [floats(1, 2), floats(2, 2)],
      (a, b) => graph.concat([a, b], 0),
      (a, b) => tf.concat([a, b], 0),
    ),
    one(
      'with itself',
      [floats(2)],
      (a) => graph.concat([a, a], -1),
      (a) => tf.concat([a, a], 0),
    ),
  ],
  pad: [
    one(
      'both sides',
      [floats(2, 2)],
      (x) => graph.pad(x, [0, 1], [1, 2]),
      (x) =>
        tf.pad(x, [
          [0, 1],
          [1, 2],
        ]),
    ),
    one(
      'a single element',
      [floats(1)],
      (x) => graph.pad(x, [2], [0]),
      (x) => tf.pad(x, [[2, 0]]),
    ),
  ],
  expand: [
    one(
      'a row',
      [floats(3)],
      (x) => graph.expand(x, [2, 3]),
      (x) => tf.broadcastTo(x, [2, 3]),
    ),
    one(
      'a column',
      [floats(2, 1)],
      (x) => graph.expand(x, [2, 3]),
      (x) => tf.broadcastTo(x, [2, 3]),
    ),
    one(
      'a scalar',
      [floats()],
      (x) => graph.expand(x, [1, 2]),
      (x) => tf.broadcastTo(x, [1, 2]),
    ),
  ],

  gather: [
    one('repeated rows', [floats(4, 2), ids([3, 0, 3, 3], [2, 2])], graph.gather, gatherReference),
    one('one row', [floats(3, 2), exactly([1], [1], 'int32')], graph.gather, gatherReference),
    one('a scalar index', [floats(3, 2), ids([2], [])], graph.gather, gatherReference),
    one('single numbers', [floats(3), ids([2, 2], [2])], graph.gather, gatherReference),
  ],
  scatterRows: [
    one(
      'repeated rows',
      [floats(3, 2), ids([2, 0, 2, 2], [2, 2]), floats(2, 2, 2)],
      graph.scatterRows,
      scatterRowsReference,
    ),
    one(
      'one row of one number',
      [floats(2, 1), ids([1], [1]), floats(1, 1)],
      graph.scatterRows,
      scatterRowsReference,
    ),
    one(
      'rows that are matrices',
      [floats(2, 2, 2), ids([1, 1], [2]), floats(2, 2, 2)],
      graph.scatterRows,
      scatterRowsReference,
    ),
  ],
  pick: [
    one('targets', [floats(2, 3), ids([2, 0], [2])], graph.pick, pickReference),
    one('rank 3', [floats(2, 2, 3), ids([2, 0, 1, 1], [2, 2])], graph.pick, pickReference),
    one('a single class', [floats(2, 1), ids([0, 0], [2])], graph.pick, pickReference),
    one('a scalar index', [floats(3), exactly([1], [], 'int32')], graph.pick, pickReference),
  ],
  scatterPick: [
    one(
      'targets',
      [floats(2, 3), ids([2, 0], [2]), floats(2)],
      graph.scatterPick,
      scatterPickReference,
    ),
    one(
      'rank 3',
      [floats(1, 2, 3), ids([1, 1], [1, 2]), floats(1, 2)],
      graph.scatterPick,
      scatterPickReference,
    ),
  ],

  where: [
    one('same shapes', [mask, floats(2, 2), floats(2, 2)], graph.where, whereReference),
    one('a scalar branch', [mask, floats(2, 2), floats()], graph.where, whereReference),
    one(
      'a row of conditions',
      [exactly([1, 0], [2], 'bool'), floats(3, 2), floats(3, 1)],
      graph.where,
      whereReference,
    ),
  ],
  greater: comparison(graph.greater, tf.greater),
  greaterOrEqual: comparison(graph.greaterOrEqual, tf.greaterEqual),
  less: comparison(graph.less, tf.less),
  lessOrEqual: comparison(graph.lessOrEqual, tf.lessEqual),
  equal: comparison(graph.equal, tf.equal),
  not: [one('both', [exactly([0, 1], [2], 'bool')], graph.not, tf.logicalNot, 'zero')],
  and: logical(graph.and, tf.logicalAnd),
  or: logical(graph.or, tf.logicalOr),
  cast: [
    one(
      'towards zero',
      [exactly([-1.7, 1.7], [2])],
      (x) => graph.cast(x, 'int32'),
      (x) => tf.cast(x, 'int32'),
      'zero',
    ),
    one(
      'bool to float',
      [exactly([0, 1], [2], 'bool')],
      (x) => graph.cast(x, 'float32'),
      (x) => tf.cast(x, 'float32'),
      'zero',
    ),
    one(
      'int64 to float',
      [ids([-3, 4], [2])],
      (x) => graph.cast(x, 'float32'),
      (x) => tf.cast(x, 'float32'),
      'zero',
    ),
  ],
  stopGradient: [one('of an input', [floats(2)], graph.stopGradient, (x) => tf.clone(x), 'zero')],
} satisfies Record<Op, readonly OpCase[]>;
