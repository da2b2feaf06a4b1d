/**
 * The two passes of generation with a key/value cache: one over whole prompts that fills the cache,
 * and one over a single new token a row. Both give the distribution of the next token.
 */
import {
  gather,
  groupQueryAttention,
  input,
  logSoftmax,
  mul,
  reshape,
  softmax,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Attend } from './family.ts';
import { lmLogits } from './heads.ts';
import type { ModelConfig } from './modelConfig.ts';
import { weightInputs } from './modelParameters.ts';
import { trunk } from './trunk.ts';

/** The static shape of a pass. */
export interface PassShape {
  readonly rows: number;
  /** S: new tokens a row. */
  readonly steps: number;
  /** L: length of the cache. */
  readonly cacheLength: number;
}

/**
 * A pass over S new tokens a row. Inputs besides weights and caches, all int32: `tokens` [B, S],
 * `positions` [B, S], `lastIndex` [B] (each row's length with the new tokens, less one),
 * `totalLength` [] (the longest of them), `last` [B] (where each row's last token stands among the
 * B·S), and float32 `inverseTemperature` []. Outputs: `probabilities` [B, V] at the temperature,
 * `logprobs` [B, V] at temperature 1, and the caches, written in place.
 */
export function cachedPass(config: ModelConfig, shape: PassShape): Record<string, Tensor> {
  const { rows, steps, cacheLength } = shape;
  const { nHead, nEmbd, nLayer } = config;
  const cacheShape = [rows, nHead, cacheLength, nEmbd / nHead]; // [B, H, L, D]
  const lastIndex = input('lastIndex', [rows], 'int32');
  const totalLength = input('totalLength', [], 'int32');
  const caches: Record<string, Tensor> = {};
  const byRow = (x: Tensor): Tensor => reshape(x, [rows, steps, nEmbd]); // [B, S, C]
  const attend: Attend = ({ query, key, value }, layer) => {
    const { output, presentKey, presentValue } = groupQueryAttention(
      {
        query: byRow(query),
        key: byRow(key),
        value: byRow(value),
        pastKey: input(`key.${layer}`, cacheShape),
        pastValue: input(`value.${layer}`, cacheShape),
        lastIndex,
        totalLength,
      },
      { nHead, nKvHead: nHead },
    );
    caches[`key.${layer}`] = presentKey;
    caches[`value.${layer}`] = presentValue;
    return reshape(output, [rows * steps, nEmbd]);
  };
  const { weights } = weightInputs(config, 'language');
  const tokens = input('tokens', [rows, steps], 'int32');
  const positions = input('positions', [rows, steps], 'int32');
  const hidden = trunk(config, weights, tokens, { positions, attend }); // [B, S, C]
  const flat = reshape(hidden, [rows * steps, nEmbd]);
  const last = gather(flat, input('last', [rows], 'int32')); // [B, C]
  const logits = lmLogits(weights, last); // [B, V]
  if (Object.keys(caches).length !== 2 * nLayer) throw new Error('cachedPass: expected all layers');
  return {
    probabilities: softmax(mul(logits, input('inverseTemperature', []))),
    logprobs: logSoftmax(logits),
    ...caches,
  };
}
