/** Cases of ops that behave alike. */
import * as tf from '@tensorflow/tfjs-core';
import * as graph from '../../src/ml/graph/index.ts';
import type { Tensor } from '../../src/ml/graph/index.ts';
import { exactly, floats, within } from './opCase.ts';
import type { OpCase, Operand } from './opCase.ts';

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

/** Of an op of one tensor: a matrix, one element, a scalar. */
export function unary(build: Unary, reference: OpCase['reference'], operand = floats): OpCase[] {
  return [
    { name: 'matrix', operands: [operand(2, 5)] },
    { name: 'one element', operands: [operand(1, 1, 1)] },
    { name: 'scalar', operands: [operand()] },
  ].map((sizes) => ({ ...sizes, build, reference, gradient: 'compared' }));
}

/** Away from zero, where logarithms and roots are steep. */
export const positive = (...shape: number[]): Operand => within(0.3, 2, ...shape);

/** As floats, but other numbers. */
export const others = (...shape: number[]): Operand => within(-1.3, 1.1, ...shape);

/** Of an op of two tensors, with every way of broadcasting one to the other. */
export function binary(build: Binary, kernel: OpCase['reference'], right = others): OpCase[] {
  // Some of tfjs's gradients forget that their operands were broadcast.
  const reference: OpCase['reference'] = (a, b) => {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    return kernel(tf.broadcastTo(a, shape), tf.broadcastTo(b, shape));
  };
  return [
    { name: 'same shapes', operands: [floats(2, 3), right(2, 3)] },
    { name: 'a row', operands: [floats(2, 3), right(3)] },
    { name: 'a column and a row', operands: [floats(3, 1), right(2, 1, 4)] },
    { name: 'dimensions of 1', operands: [floats(1, 1), right(1)] },
    { name: 'a scalar on the left', operands: [floats(), right(2, 2)] },
    { name: 'a scalar on the right', operands: [floats(1, 3), right()] },
  ].map((sizes) => ({ ...sizes, build, reference, gradient: 'compared' }));
}

/** Of an op that compares, ties included; its gradient is zero. */
export function comparison(build: Binary, reference: OpCase['reference']): OpCase[] {
  const [a, b] = [exactly([1, 2, 3, -1], [2, 2]), exactly([1, 3, 2, -1], [2, 2])];
  return [
    { name: 'floats with ties', operands: [a, b], build, reference, gradient: 'zero' },
    {
      name: 'integers against a row',
      operands: [exactly([1, 2, 3, 4], [2, 2], 'int64'), exactly([2, 3], [2], 'int64')],
      build,
      reference,
      gradient: 'zero',
    },
  ];
}

/** Of an op of two truth values. */
export function logical(build: Binary, reference: OpCase['reference']): OpCase[] {
  const operands = [exactly([0, 0, 1, 1], [2, 2], 'bool'), exactly([0, 1, 0, 1], [2, 2], 'bool')];
  return [{ name: 'all pairs', operands, build, reference, gradient: 'zero' }];
}

/** Of an op that works along the last axis and keeps the shape. */
export function overLastAxis(build: Unary, reference: OpCase['reference']): OpCase[] {
  return [
    { name: 'rows', operands: [within(-3, 3, 2, 4)] },
    { name: 'rank 3', operands: [floats(2, 2, 3)] },
    { name: 'a single class', operands: [floats(2, 1)] },
    { name: 'one row', operands: [floats(4)] },
  ].map((sizes) => ({ ...sizes, build, reference, gradient: 'compared' }));
}

type Reduce = (x: Tensor, axes?: readonly number[], options?: { keepDims?: boolean }) => Tensor;
type TfReduce = (x: tf.Tensor, axes?: number[], keepDims?: boolean) => tf.Tensor;

/** Of an op that takes axes away, or keeps them with length 1. */
export function reduction(build: Reduce, reference: TfReduce): OpCase[] {
  const variants: readonly [string, number[], number[] | undefined, boolean][] = [
    ['the last axis', [2, 3, 2], [-1], false],
    ['the first axis, kept', [2, 3], [0], true],
    ['two axes', [2, 3, 2], [0, 2], false],
    ['all axes', [2, 3], undefined, false],
    ['an axis of 1', [3, 1], [1], false],
    ['all axes, kept', [1, 2], undefined, true],
  ];
  return variants.map(([name, shape, axes, keepDims]) => ({
    name,
    operands: [floats(...shape)],
    build: (x) => build(x, axes, { keepDims }),
    reference: (x) => reference(x, axes, keepDims),
    gradient: 'compared',
  }));
}

/** A case by itself. */
export function one(
  name: string,
  operands: readonly Operand[],
  build: OpCase['build'],
  reference: OpCase['reference'],
  gradient: OpCase['gradient'] = 'compared',
): OpCase {
  return { name, operands, build, reference, gradient };
}

/** Indices and tokens. */
export const ids = (values: readonly number[], shape: readonly number[]): Operand =>
  exactly(values, shape, 'int64');

/** With the default epsilon. */
export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor): Tensor {
  return graph.layerNorm(x, gain, bias);
}

/** With the default epsilon. */
export function rmsNorm(x: Tensor, gain: Tensor): Tensor {
  return graph.rmsNorm(x, gain);
}

/** LayerNorm without gain and bias of its own. */
export function normed(x: Tensor): Tensor<'layerNorm'> {
  const width = x.shape.at(-1) ?? 1;
  const ones = graph.constant(new Float32Array(width).fill(1), [width]);
  return graph.layerNorm(x, ones, graph.zeros([width]));
}

/** 1·first + 2·second + …: parts of one tensor whose gradients differ. */
export function weighted(parts: readonly Tensor[]): Tensor {
  return parts.map((part, i) => graph.mul(part, i + 1)).reduce((sum, part) => graph.add(sum, part));
}
