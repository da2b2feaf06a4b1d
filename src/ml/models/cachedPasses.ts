/**
 * The two passes of generation with a key/value cache: one over whole prompts, and one over a single
 * new token a row that attends to the cache. Both give the distribution of the next token and the
 * keys and values of the new tokens, which the caller puts into the cache: an output as large as the
 * cache would be copied by ONNX Runtime's binding at each step, at twice the cost of all the rest. On a
 * GPU it is the other way round: there a step gives the cache itself, which stays where it is.
 */
import {
  add,
  concat,
  constant,
  equal,
  gather,
  input,
  logSoftmax,
  matMul,
  mul,
  reduceSum,
  reshape,
  slice,
  softmax,
  where,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Attend, Weights } from './family.ts';
import { lmLogits } from './heads.ts';
import { attentionShape } from './modelConfig.ts';
import type { ModelConfig } from './modelConfig.ts';
import { weightInputs } from './weightInputs.ts';
import { causalAttention, trunk } from './trunk.ts';

/** What masks a position: softmax gives it probability 0. */
export const masked = -1e9;

/**
 * A pass over prompts. Inputs besides the weights: `tokens` [B, T] and `last` [B] (where each row's
 * last token stands among the B·T), both int32, and `inverseTemperature` []. Outputs as of
 * {@link stepPass}, N = B·T.
 */
export function promptPass(
  config: ModelConfig,
  rows: number,
  length: number,
): Record<string, Tensor> {
  const { weights } = weightInputs(config, 'language');
  const { attend, outputs } = recording(causalAttention(config, rows, length), projections);
  const hidden = trunk(config, weights, input('tokens', [rows, length], 'int32'), { attend });
  const flat = reshape(hidden, [rows * length, config.nEmbd]);
  const last = gather(flat, input('last', [rows], 'int32')); // [B, C]
  return { ...nextToken(config, weights, last), ...outputs };
}

/**
 * A pass over one token a row. Inputs besides the weights: `tokens` [B, 1] and `positions` [B, 1],
 * both int32, `mask` [B, 1, 1, L] (0 where the cache holds a token, else {@link masked}),
 * `inverseTemperature` [], and per layer `pastKey.<i>` [B, Hkv, D, L] and `pastValue.<i>` [B, Hkv, L, D].
 * Outputs: `probabilities` [B, V] at the temperature, `logprobs` [B, V] at temperature 1, `logits` [B, V], and per
 * layer `key.<i>` and `value.<i>` [N, Hkv·D] of the new tokens.
 */
export function stepPass(
  config: ModelConfig,
  rows: number,
  cacheLength: number,
): Record<string, Tensor> {
  return step(config, rows, cacheLength, () => projections);
}

/**
 * As {@link stepPass}, but in place of the new keys and values it gives the whole cache with them in it,
 * under the names of its inputs.
 */
export function stepPassWithCache(
  config: ModelConfig,
  rows: number,
  cacheLength: number,
): Record<string, Tensor> {
  return step(config, rows, cacheLength, extendedCache);
}

/** Names and shapes of a layer's keys and values in the cache. */
export function cacheInputs(
  config: ModelConfig,
  rows: number,
  length: number,
): readonly KeysAndValues[] {
  const { nKvHead, headWidth } = attentionShape(config);
  return Array.from({ length: config.nLayer }, (_, layer) => ({
    key: input(`pastKey.${layer}`, [rows, nKvHead, headWidth, length]),
    value: input(`pastValue.${layer}`, [rows, nKvHead, length, headWidth]),
  }));
}

/** Keys and values of one layer. */
export interface KeysAndValues {
  readonly key: Tensor;
  readonly value: Tensor;
}

/** The outputs that a pass keeps of one layer, out of the keys and values of its new tokens. */
type Keep = (projected: KeysAndValues, layer: number) => Record<string, Tensor>;

function step(
  config: ModelConfig,
  rows: number,
  cacheLength: number,
  keeping: (past: readonly KeysAndValues[], positions: Tensor) => Keep,
): Record<string, Tensor> {
  const { weights } = weightInputs(config, 'language');
  const tokens = input('tokens', [rows, 1], 'int32');
  const positions = input('positions', [rows, 1], 'int32');
  const past = cacheInputs(config, rows, cacheLength);
  const attention = cachedAttention(config, rows, past);
  const { attend, outputs } = recording(attention, keeping(past, positions));
  const hidden = trunk(config, weights, tokens, { positions, attend }); // [B, 1, C]
  return { ...nextToken(config, weights, reshape(hidden, [rows, config.nEmbd])), ...outputs };
}

function nextToken(config: ModelConfig, weights: Weights, hidden: Tensor): Record<string, Tensor> {
  const logits = lmLogits(config, weights, hidden); // [B, V]
  return {
    probabilities: softmax(mul(logits, input('inverseTemperature', []))),
    logprobs: logSoftmax(logits),
    logits,
  };
}

/** The same attention, with what is kept of each layer as outputs. */
function recording(
  attend: Attend,
  keep: Keep,
): { attend: Attend; outputs: Record<string, Tensor> } {
  const outputs: Record<string, Tensor> = {};
  return {
    outputs,
    attend: (projected, layer) => {
      Object.assign(outputs, keep(projected, layer));
      return attend(projected, layer);
    },
  };
}

function projections({ key, value }: KeysAndValues, layer: number): Record<string, Tensor> {
  return { [`key.${layer}`]: key, [`value.${layer}`]: value };
}

/** The cache with the new token of each row at its position. */
function extendedCache(past: readonly KeysAndValues[], positions: Tensor): Keep {
  const [rows, nKvHead, headWidth, length] = past[0].key.shape;
  const at = reshape(positions, [rows, 1, 1, 1]);
  const places = Int32Array.from({ length }, (_, place) => place);
  const ofKeys = equal(at, constant(places, [1, 1, 1, length])); // [B, 1, 1, L]
  const ofValues = equal(at, constant(places, [1, 1, length, 1])); // [B, 1, L, 1]
  return ({ key, value }, layer) => {
    const newKey = reshape(key, [rows, nKvHead, headWidth, 1]);
    const newValue = reshape(value, [rows, nKvHead, 1, headWidth]);
    return {
      [`pastKey.${layer}`]: where(ofKeys, newKey, past[layer].key), // [B, Hkv, D, L]
      [`pastValue.${layer}`]: where(ofValues, newValue, past[layer].value), // [B, Hkv, L, D]
    };
  };
}

/** Attention of one new token a row to the cache and to itself; G query heads share its keys. */
function cachedAttention(
  config: ModelConfig,
  rows: number,
  pasts: readonly KeysAndValues[],
): Attend {
  const { nHead, nKvHead, headWidth } = attentionShape(config);
  const length = pasts[0].key.shape[3];
  const mask = input('mask', [rows, 1, 1, length]);
  const grouped = nHead / nKvHead;
  const byHead = (x: Tensor, each: number): Tensor => reshape(x, [rows, nKvHead, each, headWidth]);
  return ({ query, key, value }, layer) => {
    const { key: pastKey, value: pastValue } = pasts[layer];
    const scaled = mul(byHead(query, grouped), 1 / Math.sqrt(headWidth)); // [B, Hkv, G, D]
    const past = add(matMul(scaled, pastKey), mask); // [B, Hkv, G, L]
    const own = reduceSum(mul(scaled, byHead(key, 1)), [3], { keepDims: true }); // [B, Hkv, G, 1]
    const shares = softmax(concat([past, own], 3)); // [B, Hkv, G, L + 1]
    const mixed = add(
      matMul(slice(shares, 3, 0, length), pastValue),
      mul(slice(shares, 3, length), byHead(value, 1)),
    ); // [B, Hkv, G, D]
    return reshape(mixed, [rows, nHead * headWidth]);
  };
}
