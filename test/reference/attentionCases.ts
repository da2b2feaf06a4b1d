import * as tf from '@tensorflow/tfjs-core';
import * as graph from '../../src/ml/graph/index.ts';
import { exactly, floats } from './opCase.ts';
import type { OpCase, Operand } from './opCase.ts';

interface AttentionSize {
  readonly batch: number;
  readonly nHead: number;
  readonly nKvHead: number;
  readonly headWidth: number;
  readonly cacheLength: number;
  /** Tokens in the cache before this step, the same for every sequence. */
  readonly past: number;
  readonly steps: number;
}

/** [B, S, H·D] to [B, H, S, D]. */
function heads(x: tf.Tensor, nHead: number): tf.Tensor {
  const [batch, steps, width] = x.shape;
  return tf.transpose(tf.reshape(x, [batch, steps, nHead, width / nHead]), [0, 2, 1, 3]);
}

/** Each head of keys or values for all the query heads that share it. */
function shared(x: tf.Tensor, count: number): tf.Tensor {
  const [batch, nKvHead, length, width] = x.shape;
  const spread = tf.tile(tf.expandDims(x, 2), [1, 1, count, 1, 1]);
  return tf.reshape(spread, [batch, nKvHead * count, length, width]);
}

/** Plain causal attention over the cached and the new tokens. */
function attend(size: AttentionSize, operands: readonly tf.Tensor[]): tf.Tensor {
  const { batch, nHead, nKvHead, headWidth, past, steps } = size;
  const [query, key, value, pastKey, pastValue] = operands;
  const joined = (cache: tf.Tensor, fresh: tf.Tensor): tf.Tensor => {
    const old = tf.slice(cache, [0, 0, 0, 0], [batch, nKvHead, past, headWidth]);
    return shared(tf.concat([old, heads(fresh, nKvHead)], 2), nHead / nKvHead);
  };
  const scores = tf.matMul(heads(query, nHead), joined(pastKey, key), false, true);
  const visible = tf.linalg.bandPart(tf.ones([steps, past + steps]), -1, past);
  const masked = tf.sub(tf.div(scores, Math.sqrt(headWidth)), tf.mul(tf.sub(1, visible), 1e9));
  const attended = tf.matMul(tf.softmax(masked), joined(pastValue, value)); // [B, H, S, D]
  return tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [batch, steps, nHead * headWidth]);
}

function attentionCase(name: string, size: AttentionSize): OpCase {
  const { batch, nHead, nKvHead, headWidth, cacheLength, past, steps } = size;
  const cache = floats(batch, nKvHead, cacheLength, headWidth);
  const lengths: Operand = exactly(Array<number>(batch).fill(past + steps - 1), [batch], 'int32');
  return {
    name,
    operands: [
      floats(batch, steps, nHead * headWidth),
      floats(batch, steps, nKvHead * headWidth),
      floats(batch, steps, nKvHead * headWidth),
      cache,
      { ...cache, values: cache.values.toReversed() },
      lengths,
      exactly([past + steps], [], 'int32'),
    ],
    build: (query, key, value, pastKey, pastValue, lastIndex, totalLength) =>
      graph.groupQueryAttention(
        { query, key, value, pastKey, pastValue, lastIndex, totalLength },
        { nHead, nKvHead },
      ).output,
    reference: (...operands) => attend(size, operands),
    gradient: 'none',
  };
}

/** The same, its queries, keys and values given as one tensor. */
function joinedCase(name: string, size: AttentionSize): OpCase {
  const { operands, ...apart } = attentionCase(name, size);
  const widths = operands.slice(0, 3).map(({ shape }) => shape[2]);
  const { nHead, nKvHead } = size;
  return {
    ...apart,
    operands: [
      floats(size.batch, size.steps, widths[0] + widths[1] + widths[2]),
      ...operands.slice(3),
    ],
    build: (joined, pastKey, pastValue, lastIndex, totalLength) =>
      graph.groupQueryAttention(
        { joined, pastKey, pastValue, lastIndex, totalLength },
        { nHead, nKvHead },
      ).output,
    reference: (joined, ...cache) => attend(size, [...tf.split(joined, widths, 2), ...cache]),
  };
}

/** The cached attention at the steps of a generation. */
export const attentionCases: readonly OpCase[] = [
  joinedCase('queries, keys and values as one tensor', {
    batch: 3,
    nHead: 4,
    nKvHead: 2,
    headWidth: 8,
    cacheLength: 5,
    past: 2,
    steps: 1,
  }),
  attentionCase('a prompt into an empty cache', {
    batch: 2,
    nHead: 2,
    nKvHead: 2,
    headWidth: 8,
    cacheLength: 6,
    past: 0,
    steps: 3,
  }),
  attentionCase('one more token', {
    batch: 2,
    nHead: 2,
    nKvHead: 2,
    headWidth: 8,
    cacheLength: 6,
    past: 3,
    steps: 1,
  }),
  attentionCase('heads that share keys and values', {
    batch: 1,
    nHead: 4,
    nKvHead: 2,
    headWidth: 8,
    cacheLength: 4,
    past: 2,
    steps: 1,
  }),
];
