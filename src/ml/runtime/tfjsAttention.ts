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
  const given = inputs.slice(0, -4);
  const past = inputs.slice(-4, -2);
  const [batch, steps] = given[0].shape;
  const [, , length, headWidth] = past[0].shape;
  const widths = [nHead, nKvHead, nKvHead].map((heads) => heads * headWidth);
  const parts = given.length === 1 ? tf.split(given[0], widths, 2) : given;
  const [query, key, value] = parts.map((x) => x.dataSync());
  const [pastKey, pastValue, lastIndex] = inputs.slice(-4, -1).map((x) => x.dataSync());
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
    tf.tensor(output, parts[0].shape),
    tf.tensor(keys, past[0].shape),
    tf.tensor(values, past[1].shape),
  ];
}
