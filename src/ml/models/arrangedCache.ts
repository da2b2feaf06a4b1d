/** A cache on a GPU made anew out of rows of an older one and of prompts that came through the model. */
import { concat, gather, input, pad, reshape, transpose } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { cachedHeadWidth, cacheInputs } from './cachedPasses.ts';
import type { KeysAndValues } from './cachedPasses.ts';
import { attentionShape } from './modelConfig.ts';
import type { ModelConfig } from './modelConfig.ts';

/** How many rows of what go into how many. */
export interface Arrangement {
  /** Rows of the older cache, 0 for none. */
  readonly held: number;
  /** Rows of the pass over prompts, 0 for none, and its T. */
  readonly prompts: number;
  readonly promptLength: number;
  /** Rows of the new cache. */
  readonly rows: number;
  /** L of both caches, at least T. */
  readonly length: number;
}

/**
 * Inputs: `sources` [rows] int32, the row that each new one is copied from, those of the prompts counted behind
 * the held ones; the older cache as of `cacheInputs`; `key.<i>` and `value.<i>` [prompts·T, Hkv·D] of the
 * prompts. Outputs: the new cache under the same names.
 */
export function arrangedCache(
  config: ModelConfig,
  { held, prompts, promptLength, rows, length }: Arrangement,
): Record<string, Tensor> {
  const { nKvHead, headWidth } = attentionShape(config);
  const older = held === 0 ? null : cacheInputs(config, held, length);
  const sources = input('sources', [rows], 'int32');
  const byHead = [prompts, promptLength, nKvHead, headWidth];
  const free = [0, 0, length - promptLength, cachedHeadWidth(config) - headWidth];
  const prompted = (layer: number): KeysAndValues => {
    const inCache = (name: string): Tensor => {
      const given = input(name, [prompts * promptLength, nKvHead * headWidth]);
      return pad(transpose(reshape(given, byHead), [0, 2, 1, 3]), [0, 0, 0, 0], free); // [P, Hkv, L, D]
    };
    return { key: inCache(`key.${layer}`), value: inCache(`value.${layer}`) };
  };
  const layers = Array.from({ length: config.nLayer }, (_, layer) => {
    const parts = [
      ...(older === null ? [] : [older[layer]]),
      ...(prompts > 0 ? [prompted(layer)] : []),
    ];
    const gathered = (name: keyof KeysAndValues): Tensor =>
      gather(
        concat(
          parts.map((part) => part[name]),
          0,
        ),
        sources,
      );
    return [
      [`pastKey.${layer}`, gathered('key')],
      [`pastValue.${layer}`, gathered('value')],
    ] as const;
  });
  return Object.fromEntries(layers.flat());
}
