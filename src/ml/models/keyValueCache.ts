import type { Arrays } from '../runtime/index.ts';
import { cachedHeadWidth } from './cachedPasses.ts';
import type { GenerationCache, PromptResult, TakenPrompt } from './generationCache.ts';
import { roundUpRows } from './generationPass.ts';
import { attentionShape } from './modelConfig.ts';
import type { ModelConfig } from './modelConfig.ts';

/**
 * The keys and values of sequences under generation, in arrays that steps write in place: per layer as
 * [rows, Hkv, L, D]. Rows are outermost: the first rows of a cache are a smaller cache in the same
 * memory. Live row i is row i.
 */
export class KeyValueCache implements GenerationCache {
  readonly rows: number;
  readonly length: number;
  readonly #layers: readonly { readonly keys: Float32Array; readonly values: Float32Array }[];
  readonly #nKvHead: number;
  readonly #headWidth: number;
  readonly #cachedWidth: number;
  /** Numbers of one row. */
  readonly #rowSize: number;
  /** Windows on so many first rows: a run is faster on arrays that it knows. */
  readonly #windows = new Map<number, Arrays>();
  #live = 0;

  constructor(config: ModelConfig, rows: number, length: number) {
    const { nKvHead, headWidth } = attentionShape(config);
    this.rows = rows;
    this.length = length;
    this.#nKvHead = nKvHead;
    this.#headWidth = headWidth;
    this.#cachedWidth = cachedHeadWidth(config);
    this.#rowSize = nKvHead * length * this.#cachedWidth;
    this.#layers = Array.from({ length: config.nLayer }, () => ({
      keys: new Float32Array(rows * this.#rowSize),
      values: new Float32Array(rows * this.#rowSize),
    }));
  }

  fit(): number {
    return roundUpRows(this.#live);
  }

  placeOf(live: number): number {
    return live;
  }

  feeds(rows: number): Arrays {
    const known = this.#windows.get(rows);
    if (known !== undefined) return known;
    const size = rows * this.#rowSize;
    const windows = Object.fromEntries(
      this.#layers.flatMap(({ keys, values }, layer) => [
        [`pastKey.${layer}`, keys.subarray(0, size)],
        [`pastValue.${layer}`, values.subarray(0, size)],
      ]),
    );
    this.#windows.set(rows, windows);
    return windows;
  }

  /** The arrays of {@link feeds}. */
  outputs(rows: number): Arrays {
    return this.feeds(rows);
  }

  /** Nothing to take: the step has written it. */
  append(): void {}

  admit({ length, result }: PromptResult, prompts: readonly TakenPrompt[]): void {
    for (const prompt of prompts) {
      const row = this.#live++;
      this.#layers.forEach(({ keys, values }, layer) => {
        const from = { first: prompt.row * length, count: prompt.length };
        this.#write(row, keys, result.float32(`key.${layer}`), from);
        this.#write(row, values, result.float32(`value.${layer}`), from);
      });
    }
  }

  remove(live: number): void {
    const last = --this.#live;
    if (live === last) return;
    const size = this.#rowSize;
    for (const { keys, values } of this.#layers) {
      keys.copyWithin(live * size, last * size, (last + 1) * size);
      values.copyWithin(live * size, last * size, (last + 1) * size);
    }
  }

  /** Nothing to free: the arrays are garbage. */
  dispose(): void {
    this.#live = 0;
  }

  /** Fills a row from its start with the given tokens' of N, [N, Hkv·D]. */
  #write(
    row: number,
    cache: Float32Array,
    projected: Float32Array,
    { first, count }: { readonly first: number; readonly count: number },
  ): void {
    const width = this.#headWidth;
    for (let t = 0; t < count; t++) {
      for (let head = 0; head < this.#nKvHead; head++) {
        const source = ((first + t) * this.#nKvHead + head) * width;
        const target = row * this.#rowSize + (head * this.length + t) * this.#cachedWidth;
        for (let d = 0; d < width; d++) cache[target + d] = projected[source + d];
      }
    }
  }
}
