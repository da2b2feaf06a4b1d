/**
 * The two passes of generation with a key/value cache: one over whole prompts, which gives their keys
 * and values, and one over a single new token a row, which attends to the cache and adds to it. Both
 * give the distribution of the next token.
 */
import {
  gather,
  groupQueryAttention,
  input,
  logSoftmax,
  mul,
  pad,
  reshape,
  slice,
  softmax,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Attend, Weights } from './family.ts';
import { lmLogits } from './heads.ts';
import { attentionShape } from './modelConfig.ts';
import type { ModelConfig } from './modelConfig.ts';
import { weightInputs } from './weightInputs.ts';
import { causalAttention, trunk } from './trunk.ts';

/**
 * A pass over prompts. Inputs besides the weights: `tokens` [B, T] and `last` [B] (where each row's
 * last token stands among the B·T), both int32, and those of {@link nextToken}. Outputs besides its: per
 * layer `key.<i>` and `value.<i>` [B·T, Hkv·D].
 */
export function promptPass(
  config: ModelConfig,
  rows: number,
  length: number,
  temperature: TemperatureKind,
): Record<string, Tensor> {
  const { weights } = weightInputs(config, 'language');
  const outputs: Record<string, Tensor> = {};
  const causal = causalAttention(config, rows, length);
  const attend: Attend = (projections, layer) => {
    outputs[`key.${layer}`] = projections.key;
    outputs[`value.${layer}`] = projections.value;
    return causal(projections, layer);
  };
  const hidden = trunk(config, weights, input('tokens', [rows, length], 'int32'), { attend });
  const flat = reshape(hidden, [rows * length, config.nEmbd]);
  const last = gather(flat, input('last', [rows], 'int32')); // [B, C]
  return { ...nextToken(config, weights, last, temperature), ...outputs };
}

/**
 * A pass over one token a row. Inputs besides the weights: `tokens` [B, 1] and `positions` [B, 1], `longest` []
 * (the largest position plus 1), all int32, those of {@link nextToken}, and the cache, see {@link cacheInputs}. Outputs
 * besides its: the cache with the new tokens at their positions, under the same names. Where both are the same
 * arrays it is written in place; only the part that is filled is read.
 */
export function stepPass(
  config: ModelConfig,
  rows: number,
  cacheLength: number,
  temperature: TemperatureKind,
): Record<string, Tensor> {
  const { weights } = weightInputs(config, 'language');
  const tokens = input('tokens', [rows, 1], 'int32');
  const positions = input('positions', [rows, 1], 'int32');
  const outputs: Record<string, Tensor> = {};
  const attend = cachedAttention(
    config,
    cacheInputs(config, rows, cacheLength),
    positions,
    outputs,
  );
  const hidden = trunk(config, weights, tokens, { positions, attend }); // [B, 1, C]
  const last = reshape(hidden, [rows, config.nEmbd]);
  return { ...nextToken(config, weights, last, temperature), ...outputs };
}

/** The cache as inputs, each layer's keys `pastKey.<i>` and values `pastValue.<i>` [B, Hkv, L, D], D by {@link cachedHeadWidth}. */
export function cacheInputs(
  config: ModelConfig,
  rows: number,
  length: number,
): readonly KeysAndValues[] {
  const shape = [rows, attentionShape(config).nKvHead, length, cachedHeadWidth(config)];
  return Array.from({ length: config.nLayer }, (_, layer) => ({
    key: input(`pastKey.${layer}`, shape),
    value: input(`pastValue.${layer}`, shape),
  }));
}

/** Keys and values of one layer. */
export interface KeysAndValues {
  readonly key: Tensor;
  readonly value: Tensor;
}

/**
 * Numbers a head takes in the cache: ONNX Runtime's attention to a cache wants a multiple of 8, so narrower
 * heads are followed by zeros.
 */
export function cachedHeadWidth(config: ModelConfig): number {
  return 8 * Math.ceil(attentionShape(config).headWidth / 8);
}

/** Attention of one new token a row to the cache and to itself. The new cache goes into `outputs`. */
function cachedAttention(
  config: ModelConfig,
  cache: readonly KeysAndValues[],
  positions: Tensor,
  outputs: Record<string, Tensor>,
): Attend {
  const { nHead, nKvHead, headWidth } = attentionShape(config);
  const [rows, , , cachedWidth] = cache[0].key.shape;
  const lastIndex = reshape(positions, [rows]);
  const totalLength = input('longest', [], 'int32');
  const widened = (x: Tensor, heads: number): Tensor => {
    const byHead = reshape(x, [rows, 1, heads, headWidth]);
    const padded = pad(byHead, [0, 0, 0, 0], [0, 0, 0, cachedWidth - headWidth]);
    return reshape(padded, [rows, 1, heads * cachedWidth]);
  };
  return ({ query, key, value, joined }, layer) => {
    const tokens =
      joined !== undefined && cachedWidth === headWidth
        ? { joined: reshape(joined, [rows, 1, -1]) }
        : {
            query: widened(query, nHead),
            key: widened(key, nKvHead),
            value: widened(value, nKvHead),
          };
    const { output, presentKey, presentValue } = groupQueryAttention(
      {
        ...tokens,
        pastKey: cache[layer].key,
        pastValue: cache[layer].value,
        lastIndex,
        totalLength,
      },
      { nHead, nKvHead, scale: 1 / Math.sqrt(headWidth) },
    );
    outputs[`pastKey.${layer}`] = presentKey;
    outputs[`pastValue.${layer}`] = presentValue;
    const byHead = reshape(output, [rows, nHead, cachedWidth]);
    return reshape(slice(byHead, 2, 0, headWidth), [rows, nHead * headWidth]);
  };
}

/** Whether logits are divided by a number before they are drawn from: at temperature 1 nothing is to be computed twice. */
export type TemperatureKind = 'one' | 'other';

/**
 * Outputs `logits` [B, V] and `probabilities` [B, V] at the temperature; where that is not 1 `inverseTemperature` [] is
 * an input, and `logprobs` [B, V] at temperature 1 another output.
 */
function nextToken(
  config: ModelConfig,
  weights: Weights,
  hidden: Tensor,
  temperature: TemperatureKind,
): Record<string, Tensor> {
  const logits = lmLogits(config, weights, hidden); // [B, V]
  if (temperature === 'one') return { logits, probabilities: softmax(logits) };
  return {
    logits,
    probabilities: softmax(mul(logits, input('inverseTemperature', []))),
    logprobs: logSoftmax(logits),
  };
}
