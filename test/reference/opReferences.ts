/** What tfjs-core has no single op for, put together from its ops. */
import * as tf from '@tensorflow/tfjs-core';

/** tfjs's one-hot as float32, the reference for everything that reads or adds at positions. */
function hot(indices: tf.Tensor, depth: number): tf.Tensor {
  if (depth === 1) return tf.ones([...indices.shape, 1]);
  return tf.cast(tf.oneHot(tf.cast(indices, 'int32'), depth), 'float32');
}

/** What `pick` takes along the last axis. */
export function pickReference(x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(x, hot(indices, x.shape.at(-1) ?? 1)), -1);
}

/** Rows added at indices; those of one index add up. */
export function scatterRowsReference(
  base: tf.Tensor,
  indices: tf.Tensor,
  updates: tf.Tensor,
): tf.Tensor {
  const [rows, ...row] = base.shape;
  const width = row.reduce((product, size) => product * size, 1);
  const flat = tf.reshape(updates, [indices.size, width]);
  const spread = tf.matMul(hot(tf.reshape(indices, [indices.size]), rows), flat, true);
  return tf.add(base, tf.reshape(spread, base.shape));
}

/** One number added in each row, at its index along the last axis. */
export function scatterPickReference(
  base: tf.Tensor,
  indices: tf.Tensor,
  updates: tf.Tensor,
): tf.Tensor {
  return tf.add(base, tf.mul(hot(indices, base.shape.at(-1) ?? 1), tf.expandDims(updates, -1)));
}

/** LayerNorm over the last axis, epsilon 1e-5. */
export function layerNormReference(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const normed = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(normed, gain), bias);
}

/** RMSNorm over the last axis, epsilon 1e-6. */
export function rmsNormReference(x: tf.Tensor, gain: tf.Tensor): tf.Tensor {
  const root = tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6));
  return tf.mul(tf.div(x, root), gain);
}

/** GPT-2’s GELU, by tanh. */
export function geluReference(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))));
  return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
}

/** `tf.where`, of tensors alone. */
export function whereReference(condition: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.where(condition, a, b);
}

/** `tf.gather`, of indices of any integer type. */
export function gatherReference(table: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  return tf.gather(table, tf.cast(indices, 'int32'));
}

/** As `weighted`, in tfjs. */
export function weightedReference(parts: readonly tf.Tensor[]): tf.Tensor {
  return parts.map((part, i) => tf.mul(part, i + 1)).reduce((sum, part) => tf.add(sum, part));
}
