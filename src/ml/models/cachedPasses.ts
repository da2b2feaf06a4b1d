/**
 * The two passes of generation with a key/value cache: one over whole prompts, and one over a single
 * new token a row that attends to the cache. Both give the distribution of the next token and the
 * keys and values of the new tokens, which the caller puts into the cache: an output as large as the
 * cache would be copied by ONNX Runtime's binding at each step, at twice the cost of all the rest.
 */
import {
  add,
  concat,
  gather,
  input,
  logSoftmax,
  matMul,
  mul,
  reduceSum,
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
  const { attend, outputs } = recording(causalAttention(config, rows, length));
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
  const { weights } = weightInputs(config, 'language');
  const { attend, outputs } = recording(cachedAttention(config, rows, cacheLength));
  const tokens = input('tokens', [rows, 1], 'int32');
  const positions = input('positions', [rows, 1], 'int32');
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

/** The same attention, with each layer's keys and values kept as outputs. */
function recording(attend: Attend): { attend: Attend; outputs: Record<string, Tensor> } {
  const outputs: Record<string, Tensor> = {};
  return {
    outputs,
    attend: (projections, layer) => {
      outputs[`key.${layer}`] = projections.key;
      outputs[`value.${layer}`] = projections.value;
      return attend(projections, layer);
    },
  };
}

/** Attention of one new token a row to the cache and to itself; G query heads share its keys. */
function cachedAttention(config: ModelConfig, rows: number, length: number): Attend {
  const { nHead, nKvHead, headWidth } = attentionShape(config);
  const mask = input('mask', [rows, 1, 1, length]);
  const grouped = nHead / nKvHead;
  const byHead = (x: Tensor, each: number): Tensor => reshape(x, [rows, nKvHead, each, headWidth]);
  return ({ query, key, value }, layer) => {
    const pastKey = input(`pastKey.${layer}`, [rows, nKvHead, headWidth, length]);
    const pastValue = input(`pastValue.${layer}`, [rows, nKvHead, length, headWidth]);
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
