import type { Arrays, Feeds, RunResult } from '../runtime/index.ts';

/** A pass over prompts that has run. */
export interface PromptResult {
  readonly rows: number;
  /** T. */
  readonly length: number;
  /** Its outputs, see `promptPass`; they stay the caller's. */
  readonly result: RunResult;
}

/** A prompt that goes into the cache as the next live row. */
export interface TakenPrompt {
  /** Its row in the pass. */
  readonly row: number;
  /** Its tokens. */
  readonly length: number;
}

/**
 * Keys and values of the rows under generation, from one pass to the next. Live rows are counted 0, 1, …;
 * where each of them lies is the cache's. The owner must dispose it.
 */
export interface GenerationCache {
  /** How many rows may be live. */
  readonly rows: number;
  /** L: the longest sequence. */
  readonly length: number;
  /** Makes room for a step; returns over how many rows it goes. */
  fit(): number | Promise<number>;
  /** Where live row i lies among them. */
  placeOf(live: number): number;
  /** The cache as a step over so many rows takes it. */
  feeds(rows: number): Feeds;
  /** Arrays for what a step over so many rows puts out for the cache. */
  outputs(rows: number): Arrays;
  /** Takes what a step has put out for the cache. */
  append(result: RunResult): void;
  /** Takes prompts as further live rows. */
  admit(pass: PromptResult, prompts: readonly TakenPrompt[]): void | Promise<void>;
  /** Drops live row i; the last live row gets its number. */
  remove(live: number): void;
  dispose(): void;
}
