import type { Arrays } from '../runtime/index.ts';
import { attentionShape } from './modelConfig.ts';
import type { ModelConfig } from './modelConfig.ts';

/**
 * The keys and values of sequences under generation. Per layer, keys lie as [rows, Hkv, D, L] and
 * values as [rows, Hkv, L, D], so that one query's products with either run along memory. Rows are
 * outermost: the first rows of a cache are a smaller cache in the same memory.
 */
export class KeyValueCache {
  readonly rows: number;
  /** L: the longest sequence. */
  readonly length: number;
  readonly #layers: readonly { readonly keys: Float32Array; readonly values: Float32Array }[];
  readonly #width: number;
  readonly #headWidth: number;

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

  /** Windows on the first rows, named as the inputs of `stepPass`. */
  firstRows(rows: number): Arrays {
    const size = rows * this.#width * this.length;
    return Object.fromEntries(
      this.#layers.flatMap(({ keys, values }, layer) => [
        [`pastKey.${layer}`, keys.subarray(0, size)],
        [`pastValue.${layer}`, values.subarray(0, size)],
      ]),
    );
  }

  /**
   * Writes `count` tokens' keys and values into a row, from position `at` on. They are taken from
   * [N, Hkv·D] arrays per layer, from index `first` of the N on.
   */
  write(
    row: number,
    at: number,
    projected: readonly { readonly key: Float32Array; readonly value: Float32Array }[],
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

  /** Copies one row over another. */
  moveRow(from: number, to: number): void {
    const size = this.#width * this.length;
    for (const { keys, values } of this.#layers) {
      keys.copyWithin(to * size, from * size, (from + 1) * size);
      values.copyWithin(to * size, from * size, (from + 1) * size);
    }
  }
}
