/** The building blocks of transformers. */
import { pick } from './indexing.ts';
import { checkDType, sameShape, showShape } from './shape.ts';
import { node } from './tensor.ts';
import type { Shape, Tensor } from './tensor.ts';

/** Softmax over the last dimension. */
export function softmax(x: Tensor): Tensor {
  checkLastAxis('softmax', x);
  return node('softmax', [x], {}, x.shape, x.dtype);
}

/** Logarithm of the softmax over the last dimension, in nats. */
export function logSoftmax(x: Tensor): Tensor {
  checkLastAxis('logSoftmax', x);
  return node('logSoftmax', [x], {}, x.shape, x.dtype);
}

function checkLastAxis(op: string, x: Tensor): void {
  checkDType(op, x, 'float32');
  if (x.shape.length > 0) return;
  throw new Error(`${op}: expected at least one dimension, got ${showShape(x.shape)}`);
}

/**
 * Logits to the log-probability of each target, in nats: `logits [..., V]`, `targets [...]`
 * (int64 or int32) give `[...]`.
 */
export function tokenLogprobs(logits: Tensor, targets: Tensor): Tensor {
  return pick(logSoftmax(logits), targets);
}

/**
 * Layer normalisation over the last dimension: `(x − mean) / √(variance + epsilon) · gain + bias`,
 * with `x [..., C]`, `gain [C]`, `bias [C]` and the biased variance.
 */
export function layerNorm(
  x: Tensor,
  gain: Tensor,
  bias: Tensor,
  epsilon = 1e-5,
): Tensor<'layerNorm'> {
  for (const tensor of [x, gain, bias]) checkDType('layerNorm', tensor, 'float32');
  const row: Shape = x.shape.slice(-1);
  if (row.length === 0 || !sameShape(gain.shape, row) || !sameShape(bias.shape, row)) {
    throw new Error(
      `layerNorm: expected [.., C] with [C] and [C], got ${[x, gain, bias].map((tensor) => showShape(tensor.shape)).join(', ')}`,
    );
  }
  return node('layerNorm', [x, gain, bias], { epsilon }, x.shape, 'float32');
}

/** What {@link layerNorm} found in x, `[..., 1]`: 'mean', or 'inverseStd' = 1/√(variance + epsilon). */
export function layerNormStatistic(
  normed: Tensor<'layerNorm'>,
  which: 'mean' | 'inverseStd',
): Tensor {
  const shape = [...normed.shape.slice(0, -1), 1];
  return node('part', [normed], { index: which === 'mean' ? 1 : 2 }, shape, 'float32');
}

/**
 * Normalisation by the root mean square over the last dimension: `x / √(mean(x²) + epsilon) · gain`,
 * with `x [..., C]` and `gain [C]` (Zhang and Sennrich 2019).
 */
export function rmsNorm(x: Tensor, gain: Tensor, epsilon = 1e-6): Tensor<'rmsNorm'> {
  for (const tensor of [x, gain]) checkDType('rmsNorm', tensor, 'float32');
  const row: Shape = x.shape.slice(-1);
  if (row.length === 0 || !sameShape(gain.shape, row)) {
    throw new Error(
      `rmsNorm: expected [.., C] with [C], got ${showShape(x.shape)} and ${showShape(gain.shape)}`,
    );
  }
  return node('rmsNorm', [x, gain], { epsilon }, x.shape, 'float32');
}

/** 1/√(mean(x²) + epsilon) as {@link rmsNorm} found it, `[..., 1]`. */
export function rmsNormStatistic(normed: Tensor<'rmsNorm'>): Tensor {
  return node('part', [normed], { index: 1 }, [...normed.shape.slice(0, -1), 1], 'float32');
}

/** New queries, keys and values of {@link groupQueryAttention}. */
type NewTokens =
  | {
      /** `[B, S, H·D]`. */
      readonly query: Tensor;
      /** `[B, S, Hkv·D]`. */
      readonly key: Tensor;
      /** `[B, S, Hkv·D]`. */
      readonly value: Tensor;
    }
  | {
      /** Queries, keys and values of a token behind one another, `[B, S, (H + 2·Hkv)·D]`. */
      readonly joined: Tensor;
    };

/** The tensors of {@link groupQueryAttention}. */
export type CachedAttention = NewTokens & {
  /** Keys so far `[B, Hkv, L, D]`, L the cache's length. */
  readonly pastKey: Tensor;
  /** Values so far `[B, Hkv, L, D]`. */
  readonly pastValue: Tensor;
  /** int32 `[B]`: each sequence's length with the new tokens, less one. */
  readonly lastIndex: Tensor;
  /** int32 scalar: the longest of these lengths, not less one. */
  readonly totalLength: Tensor;
};

/** Heads of {@link groupQueryAttention}; the scale defaults to 1/√D. */
export interface CachedAttentionHeads {
  readonly nHead: number;
  readonly nKvHead: number;
  readonly scale?: number;
}

/**
 * Causal attention with a key/value cache, for generation; not differentiable. Returns the
 * attended values `[B, S, H·D]` and the new caches; feeding one buffer as past and fetching it as
 * present updates it in place. ONNX Runtime's `com.microsoft.GroupQueryAttention` without rotation.
 */
export function groupQueryAttention(
  tensors: CachedAttention,
  heads: CachedAttentionHeads,
): { readonly output: Tensor; readonly presentKey: Tensor; readonly presentValue: Tensor } {
  const op = 'groupQueryAttention';
  const { pastKey, pastValue, lastIndex, totalLength } = tensors;
  const { nHead, nKvHead } = heads;
  const isJoined = 'joined' in tensors;
  const given = isJoined ? [tensors.joined] : [tensors.query, tensors.key, tensors.value];
  const [batch, steps] = given[0].shape;
  const [, , length, headWidth] = pastKey.shape;
  const counts = isJoined ? [nHead + 2 * nKvHead] : [nHead, nKvHead, nKvHead];
  const past = [batch, nKvHead, length, headWidth];
  const expected: readonly (readonly [Tensor, Shape])[] = [
    ...counts.map((count, i) => [given[i], [batch, steps, count * headWidth]] as const),
    [pastKey, past],
    [pastValue, past],
    [lastIndex, [batch]],
    [totalLength, []],
  ];
  for (const [tensor, shape] of expected) {
    checkDType(op, tensor, tensor === lastIndex || tensor === totalLength ? 'int32' : 'float32');
    if (sameShape(tensor.shape, shape)) continue;
    throw new Error(`${op}: expected ${showShape(shape)}, got ${showShape(tensor.shape)}`);
  }
  if (!Number.isInteger(nHead / nKvHead)) {
    throw new Error(`${op}: expected key heads that divide ${nHead}, got ${nKvHead}`);
  }
  const scale = heads.scale ?? 1 / Math.sqrt(headWidth);
  const inputs = [...given, pastKey, pastValue, lastIndex, totalLength];
  const shape = [batch, steps, nHead * headWidth];
  const output = node(op, inputs, { nHead, nKvHead, scale }, shape, 'float32');
  const part = (index: number): Tensor =>
    node('part', [output], { index }, pastKey.shape, 'float32');
  return { output, presentKey: part(1), presentValue: part(2) };
}
