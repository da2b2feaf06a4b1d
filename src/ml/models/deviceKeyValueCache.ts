import type { Arrays, DeviceTensor, Feeds, RunResult } from '../runtime/index.ts';
import type { GenerationCache, PromptResult, TakenPrompt } from './generationCache.ts';
import { roundUpRows } from './generationPass.ts';
import type { RunPass } from './generationPass.ts';
import type { ModelConfig } from './modelConfig.ts';

/**
 * The keys and values of sequences under generation in a GPU's memory, where every pass leaves them for the
 * next. Rows that end stay where they are and are computed for nothing until fewer rows, rounded up, are
 * live: only then, and when prompts come in, rows are copied, all of them at once.
 */
export class DeviceKeyValueCache implements GenerationCache {
  readonly rows: number;
  readonly length: number;
  readonly #nLayer: number;
  readonly #run: RunPass;
  /** By the names of a step's inputs; each of `#held` rows. */
  #tensors: ReadonlyMap<string, DeviceTensor> = new Map();
  #held = 0;
  /** Where each live row lies among those held. */
  #places: number[] = [];

  constructor(config: ModelConfig, rows: number, length: number, run: RunPass) {
    this.#nLayer = config.nLayer;
    this.rows = rows;
    this.length = length;
    this.#run = run;
  }

  async fit(): Promise<number> {
    if (roundUpRows(this.#places.length) < this.#held) await this.#arrange(this.#places, null);
    return this.#held;
  }

  placeOf(live: number): number {
    return this.#places[live];
  }

  feeds(): Feeds {
    return Object.fromEntries(this.#tensors);
  }

  /** None: they stay on the device. */
  outputs(): Arrays {
    return {};
  }

  append(result: RunResult): void {
    this.#takeFrom(result);
  }

  async admit(pass: PromptResult, prompts: readonly TakenPrompt[]): Promise<void> {
    if (prompts.length === 0) return;
    if (this.#places.length === 0) this.dispose();
    await this.#arrange([...this.#places, ...prompts.map(({ row }) => this.#held + row)], pass);
  }

  remove(live: number): void {
    const last = this.#places.pop();
    if (last !== undefined && live < this.#places.length) this.#places[live] = last;
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors = new Map();
    this.#places = [];
    this.#held = 0;
  }

  /** Copies these of the rows held, and behind them those of a pass over prompts, into a new cache. */
  async #arrange(from: readonly number[], prompts: PromptResult | null): Promise<void> {
    const rows = roundUpRows(from.length);
    const sources = new Int32Array(rows);
    sources.set(from);
    const projected = Array.from({ length: this.#nLayer }, (_, layer) => [
      `key.${layer}`,
      `value.${layer}`,
    ]).flat();
    const result = await this.#run(
      {
        kind: 'arrange',
        held: this.#held,
        prompts: prompts?.rows ?? 0,
        promptLength: prompts?.length ?? 0,
        rows,
        length: this.length,
      },
      {
        sources,
        ...this.feeds(),
        ...(prompts !== null &&
          Object.fromEntries(projected.map((name) => [name, prompts.result.device(name)]))),
      },
      {},
    );
    this.#takeFrom(result);
    this.#held = rows;
    this.#places = from.map((_, i) => i);
  }

  /** Takes the cache that a pass has left in the place of the one it was made of, which is freed. */
  #takeFrom(result: RunResult): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    const layers = Array.from({ length: this.#nLayer }, (_, layer) => layer);
    const names = layers.flatMap((layer) => [`pastKey.${layer}`, `pastValue.${layer}`]);
    this.#tensors = new Map(names.map((name) => [name, result.device(name)]));
  }
}
