import type { Arrays } from '../runtime/index.ts';
import type { ModelConfig } from './modelConfig.ts';

/**
 * The keys and values of sequences under generation: per layer two arrays [rows, H, L, D]. Rows are
 * outermost, so that the first rows of a cache are a smaller cache in the same memory.
 */
export class KeyValueCache {
  readonly rows: number;
  /** L: the longest sequence. */
  readonly length: number;
  readonly #arrays: ReadonlyMap<string, Float32Array>;
  readonly #heads: number;
  readonly #width: number;

  constructor(config: ModelConfig, rows: number, length: number) {
    this.rows = rows;
    this.length = length;
    this.#heads = config.nHead;
    this.#width = config.nEmbd / config.nHead;
    const size = rows * config.nEmbd * length;
    const names = Array.from({ length: config.nLayer }, (_, layer) => [
      `key.${layer}`,
      `value.${layer}`,
    ]);
    this.#arrays = new Map(names.flat().map((name) => [name, new Float32Array(size)]));
  }

  /** Windows on the first rows, under the names `key.<layer>` and `value.<layer>`. */
  firstRows(rows: number): Arrays {
    const size = rows * this.#heads * this.length * this.#width;
    return Object.fromEntries(
      [...this.#arrays].map(([name, array]) => [name, array.subarray(0, size)]),
    );
  }

  /** Takes the first `used` positions of another cache's row (or of another row of this one). */
  copyRow(row: number, from: KeyValueCache, fromRow: number, used: number): void {
    const stride = this.length * this.#width;
    const fromStride = from.length * this.#width;
    const size = used * this.#width;
    for (const [name, target] of this.#arrays) {
      const source = from.#arrays.get(name);
      if (source === undefined) throw new Error(`copyRow: expected a cache with ${name}, got none`);
      for (let head = 0; head < this.#heads; head++) {
        const start = (fromRow * this.#heads + head) * fromStride;
        target.set(source.subarray(start, start + size), (row * this.#heads + head) * stride);
      }
    }
  }
}
