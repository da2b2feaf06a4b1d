import type { Arrays, RunResult } from '../runtime/index.ts';
import type { GenerationCache, PromptResult, TakenPrompt } from './generationCache.ts';
import { roundUpRows } from './generationPass.ts';
import { attentionShape } from './modelConfig.ts';
import type { ModelConfig } from './modelConfig.ts';

/**
 * The keys and values of sequences under generation, in arrays. Per layer, keys lie as [rows, Hkv, D, L] and
 * values as [rows, Hkv, L, D], so that one query's products with either run along memory. Rows are
 * outermost: the first rows of a cache are a smaller cache in the same memory. Live row i is row i.
 */
export class KeyValueCache implements GenerationCache {
  readonly rows: number;
  readonly length: number;
  readonly #layers: readonly { readonly keys: Float32Array; readonly values: Float32Array }[];
  readonly #width: number;
  readonly #headWidth: number;
  #live = 0;

  constructor(config: ModelConfig, rows: number, length: number) {
    const { nKvHead, headWidth } = attentionShape(config);
    this.rows = rows;
    this.length = length;
    this.#width = nKvHead * headWidth;
    this.#headWidth = headWidth;
    const size = rows * this.#width * length;
    this.#layers = Array.from({ length: config.nLayer }, () => ({
      keys: new Float32Array(size),
      values: new Float32Array(size),
    }));
  }

  fit(): number {
    return roundUpRows(this.#live);
  }

  placeOf(live: number): number {
    return live;
  }

  /** Windows on the first rows, named as the inputs of `stepPass`. */
  feeds(rows: number): Arrays {
    const size = rows * this.#width * this.length;
    return Object.fromEntries(
      this.#layers.flatMap(({ keys, values }, layer) => [
        [`pastKey.${layer}`, keys.subarray(0, size)],
        [`pastValue.${layer}`, values.subarray(0, size)],
      ]),
    );
  }

  outputs(rows: number): Arrays {
    const size = rows * this.#width;
    return Object.fromEntries(
      this.#layers.flatMap((_, layer) => [
        [`key.${layer}`, new Float32Array(size)],
        [`value.${layer}`, new Float32Array(size)],
      ]),
    );
  }

  append(result: RunResult, positions: Int32Array): void {
    const projected = this.#projections(result);
    for (let row = 0; row < this.#live; row++) this.#write(row, positions[row], projected, row, 1);
  }

  admit({ length, result }: PromptResult, prompts: readonly TakenPrompt[]): void {
    const projected = this.#projections(result);
    for (const prompt of prompts) {
      this.#write(this.#live++, 0, projected, prompt.row * length, prompt.length);
    }
  }

  remove(live: number): void {
    const last = --this.#live;
    if (live === last) return;
    const size = this.#width * this.length;
    for (const { keys, values } of this.#layers) {
      keys.copyWithin(live * size, last * size, (last + 1) * size);
      values.copyWithin(live * size, last * size, (last + 1) * size);
    }
  }

  /** Nothing to free: the arrays are garbage. */
  dispose(): void {
    this.#live = 0;
  }

  #projections(result: RunResult): readonly Projections[] {
    return this.#layers.map((_, layer) => ({
      key: result.float32(`key.${layer}`),
      value: result.float32(`value.${layer}`),
    }));
  }

  /**
   * Writes `count` tokens' keys and values into a row, from position `at` on. They are taken from
   * [N, Hkv·D] arrays per layer, from index `first` of the N on.
   */
  #write(
    row: number,
    at: number,
    projected: readonly Projections[],
    first: number,
    count: number,
  ): void {
    const [embd, length, width] = [this.#width, this.length, this.#headWidth];
    const start = row * embd * length;
    this.#layers.forEach(({ keys, values }, layer) => {
      const { key, value } = projected[layer];
      for (let t = 0; t < count; t++) {
        const source = (first + t) * embd;
        for (let channel = 0; channel < embd; channel++) {
          keys[start + channel * length + at + t] = key[source + channel];
        }
        for (let channel = 0; channel < embd; channel += width) {
          const target = start + channel * length + (at + t) * width;
          for (let d = 0; d < width; d++) values[target + d] = value[source + channel + d];
        }
      }
    });
  }
}

/** The keys and values of N tokens in one layer, each [N, Hkv·D]. */
interface Projections {
  readonly key: Float32Array;
  readonly value: Float32Array;
}
