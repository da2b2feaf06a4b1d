import type { Tensor } from '../graph/index.ts';
import type { Tfjs, TfTensor } from './tfjs.ts';

/**
 * Causal attention with a key/value cache on tfjs: the attended values and the new caches, as of
 * `groupQueryAttention`. A sequence's new tokens end where its `lastIndex` says; a loop over numbers,
 * since each sequence of the batch has its own length.
 */
export function cachedAttention(
  tf: Tfjs,
  inputs: readonly TfTensor[],
  node: Tensor<'groupQueryAttention'>,
): readonly TfTensor[] {
  const { nHead, nKvHead, scale } = node.attributes;
  const [query, key, value, pastKey, pastValue, lastIndex] = inputs.map((x) => x.dataSync());
  const [batch, steps, width] = node.inputs[0].shape;
  const headWidth = width / nHead;
  const length = node.inputs[3].shape[2];
  const [keys, values] = [Float32Array.from(pastKey), Float32Array.from(pastValue)];
  const output = new Float32Array(query.length);
  for (let row = 0; row < batch; row++) {
    const start = lastIndex[row] + 1 - steps;
    const cacheAt = (head: number, t: number): number =>
      ((row * nKvHead + head) * length + t) * headWidth;
    for (let step = 0; step < steps; step++) {
      for (let head = 0; head < nKvHead; head++) {
        const from = ((row * steps + step) * nKvHead + head) * headWidth;
        const to = cacheAt(head, start + step);
        keys.set(key.subarray(from, from + headWidth), to);
        values.set(value.subarray(from, from + headWidth), to);
      }
    }
    for (let step = 0; step < steps; step++) {
      for (let head = 0; head < nHead; head++) {
        const at = ((row * steps + step) * nHead + head) * headWidth;
        const shared = Math.floor((head * nKvHead) / nHead);
        const scores = Array.from({ length: start + step + 1 }, (_, t) => {
          let sum = 0;
          for (let d = 0; d < headWidth; d++) sum += query[at + d] * keys[cacheAt(shared, t) + d];
          return scale * sum;
        });
        const largest = Math.max(...scores);
        const shares = scores.map((score) => Math.exp(score - largest));
        const total = shares.reduce((sum, share) => sum + share, 0);
        for (const [t, share] of shares.entries()) {
          const source = cacheAt(shared, t);
          for (let d = 0; d < headWidth; d++)
            output[at + d] += (share / total) * values[source + d];
        }
      }
    }
  }
  return [
    tf.tensor(output, inputs[0].shape),
    tf.tensor(keys, inputs[3].shape),
    tf.tensor(values, inputs[4].shape),
  ];
}
