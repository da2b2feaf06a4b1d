/**
 * Sampling from a language model with a key/value cache, many prompts at once. Rows that end leave
 * the batch at once and waiting prompts take their place, so that no row is computed for nothing.
 */
import type { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import { Program, ProgramCache } from '../runtime/index.ts';
import type { Arrays, ExecutionOptions, ParameterBuffer, RunResult } from '../runtime/index.ts';
import { cachedPass } from './cachedPasses.ts';
import type { PassShape } from './cachedPasses.ts';
import { KeyValueCache } from './keyValueCache.ts';
import type { ModelConfig } from './modelConfig.ts';
import { drawToken, mostProbable } from './sampling.ts';
import type { Truncation } from './sampling.ts';

/** How {@link Generator.generate} samples. */
export interface GenerateOptions extends Truncation {
  readonly maxNewTokens: number;
  /** Divides the logits; 0 takes the most probable token each time. */
  readonly temperature: number;
  /** The token that ends a completion, or null to go on to the limit. */
  readonly endToken: number | null;
  /**
   * Every prompt gets a stream of its own forked from this, in order: what a row draws does not
   * depend on the other rows.
   */
  readonly random: Random;
  /** Called for each new token, the end token too, as soon as it is drawn. */
  readonly onToken?: (row: number, token: number) => void;
  /** Ends all completions with what they have. */
  readonly signal?: AbortSignal;
}

/** What was sampled for one prompt. */
export interface GeneratedCompletion {
  /** The new tokens; the end token is the last one where `finish` is `stop`. */
  readonly tokens: number[];
  /**
   * Log-probability of each token under logits / temperature, before any truncation, in nats. At
   * temperature 0 those under temperature 1.
   */
  readonly logprobs: number[];
  /** Log-probability of the whole completion at temperature 1, in nats. */
  readonly logprob: number;
  /** `length`: `maxNewTokens` or the model's context was used up. */
  readonly finish: 'stop' | 'length' | 'cancelled';
}

/** A prompt on its way. */
interface Row {
  readonly index: number;
  readonly prompt: readonly number[];
  readonly random: Random;
  /** How many tokens it may get. */
  readonly limit: number;
  readonly tokens: number[];
  readonly logprobs: number[];
  logprob: number;
  finish: GeneratedCompletion['finish'] | null;
}

/** Samples from any model of one architecture. Owns its programs until disposed. */
export class Generator {
  readonly #config: ModelConfig;
  readonly #execution: ExecutionOptions;
  readonly #programs = new ProgramCache(48);
  readonly #batchRows: number;

  /** @param batchRows How many prompts are under way at once. */
  constructor(config: ModelConfig, execution: ExecutionOptions = {}, batchRows = 64) {
    this.#config = config;
    this.#execution = execution;
    this.#batchRows = batchRows;
  }

  /**
   * A completion for each prompt, in order. The parameters are only read, and must not change
   * meanwhile. The same prompts, parameters and random state give the same completions.
   *
   * @throws InstructError `bad-argument` when a prompt is empty or leaves no room in the context.
   */
  async generate(
    parameters: ParameterBuffer,
    prompts: readonly (readonly number[])[],
    options: GenerateOptions,
  ): Promise<GeneratedCompletion[]> {
    if (!(options.temperature >= 0) || !(options.maxNewTokens >= 1)) {
      throw new Error(
        `generate: expected temperature >= 0 and maxNewTokens >= 1, got ${options.temperature} and ${options.maxNewTokens}`,
      );
    }
    const rows = prompts.map((prompt, index): Row => {
      const limit = this.#limit(prompt, options.maxNewTokens);
      const random = options.random.fork();
      return { index, prompt, random, limit, tokens: [], logprobs: [], logprob: 0, finish: null };
    });
    await new Batch(this.#config, rows, options, this.#batchRows, (shape, feeds, caches) =>
      this.#run(parameters, shape, feeds, caches),
    ).finishAll();
    return rows.map(({ tokens, logprobs, logprob, finish }) => ({
      tokens,
      logprobs,
      logprob,
      finish: finish ?? 'cancelled',
    }));
  }

  #limit(prompt: readonly number[], maxNewTokens: number): number {
    const { nCtx } = this.#config;
    if (prompt.length > 0 && prompt.length < nCtx) {
      return Math.min(maxNewTokens, nCtx - prompt.length);
    }
    throw new InstructError({
      code: 'bad-argument',
      message: `A prompt has ${prompt.length} tokens, but the model takes 1 to ${nCtx - 1}.`,
      remedy: prompt.length === 0 ? 'Write a prompt.' : 'Shorten the prompt.',
    });
  }

  async #run(
    parameters: ParameterBuffer,
    shape: PassShape,
    feeds: Arrays,
    caches: Arrays,
  ): Promise<RunResult> {
    const { rows, steps, cacheLength } = shape;
    const program = await this.#programs.get(`${rows}x${steps}:${cacheLength}`, () =>
      Program.compile(cachedPass(this.#config, shape), this.#execution),
    );
    return program.run({ ...parameters.views(), ...feeds, ...caches }, caches);
  }

  /** Frees the programs. */
  dispose(): void {
    this.#programs.dispose();
  }
}

/** Runs one pass; the caches are read and written in place. */
type RunPass = (shape: PassShape, feeds: Arrays, caches: Arrays) => Promise<RunResult>;

/** The rows of one call of {@link Generator.generate}: waiting, live in the cache, or done. */
class Batch {
  readonly #config: ModelConfig;
  readonly #options: GenerateOptions;
  readonly #run: RunPass;
  readonly #waiting: Row[];
  readonly #cache: KeyValueCache;
  /** Row i of the cache belongs to live row i. */
  readonly #live: Row[] = [];

  constructor(
    config: ModelConfig,
    rows: readonly Row[],
    options: GenerateOptions,
    batchRows: number,
    run: RunPass,
  ) {
    this.#config = config;
    this.#options = options;
    this.#run = run;
    this.#waiting = [...rows];
    const longest = rows.reduce(
      (most, { prompt, limit }) => Math.max(most, prompt.length + limit),
      1,
    );
    const capacity = roundUpRows(Math.min(batchRows, Math.max(1, rows.length)));
    this.#cache = new KeyValueCache(config, capacity, roundUpLength(longest, config.nCtx));
  }

  async finishAll(): Promise<void> {
    while (this.#live.length + this.#waiting.length > 0) {
      if (this.#options.signal?.aborted === true) return;
      const free = this.#cache.rows - this.#live.length;
      // A pass over new prompts costs as much as several steps: wait until it is worth it.
      const worthIt = this.#live.length === 0 || free >= this.#cache.rows / 4;
      if (this.#waiting.length > 0 && worthIt) await this.#admit(free);
      else await this.#step();
    }
  }

  /** Lets waiting prompts in: one pass over the distinct ones fills their rows of the cache. */
  async #admit(free: number): Promise<void> {
    const admitted = this.#waiting.splice(0, free);
    const distinct = [...Map.groupBy(admitted, ({ prompt }) => prompt.join()).values()];
    const longest = Math.max(...admitted.map(({ prompt }) => prompt.length));
    const shape = {
      rows: roundUpRows(distinct.length),
      steps: roundUpLength(longest, this.#config.nCtx, 16),
    };
    const filled = new KeyValueCache(this.#config, shape.rows, shape.steps);
    const feeds = passFeeds(shape.rows, shape.steps, this.#options.temperature);
    distinct.forEach(([{ prompt }], i) => {
      feeds.tokens.set(prompt, i * shape.steps);
      for (let t = 0; t < shape.steps; t++) feeds.positions[i * shape.steps + t] = t;
      feeds.lastIndex[i] = prompt.length - 1;
      feeds.last[i] = i * shape.steps + prompt.length - 1;
    });
    feeds.totalLength[0] = shape.steps;
    const result = await this.#run(
      { ...shape, cacheLength: shape.steps },
      feeds,
      filled.firstRows(shape.rows),
    );
    distinct.forEach((same, i) => {
      for (const row of same) {
        this.#cache.copyRow(this.#live.length, filled, i, row.prompt.length);
        this.#draw(row, i, result);
        if (row.finish === null) this.#live.push(row);
      }
    });
  }

  /** One more token for every live row. */
  async #step(): Promise<void> {
    const rows = roundUpRows(this.#live.length);
    const feeds = passFeeds(rows, 1, this.#options.temperature);
    this.#live.forEach(({ prompt, tokens }, i) => {
      const position = prompt.length + tokens.length - 1;
      feeds.tokens[i] = tokens[tokens.length - 1];
      feeds.positions[i] = position;
      feeds.lastIndex[i] = position;
      feeds.totalLength[0] = Math.max(feeds.totalLength[0], position + 1);
    });
    for (let i = 0; i < rows; i++) feeds.last[i] = i;
    const shape = { rows, steps: 1, cacheLength: this.#cache.length };
    const result = await this.#run(shape, feeds, this.#cache.firstRows(rows));
    this.#live.forEach((row, i) => {
      this.#draw(row, i, result);
    });
    this.#removeFinished();
  }

  #draw(row: Row, i: number, result: RunResult): void {
    const { temperature, endToken, onToken } = this.#options;
    const { vocabSize } = this.#config;
    const own = (name: string): Float32Array =>
      result.float32(name).subarray(i * vocabSize, (i + 1) * vocabSize);
    const probabilities = own('probabilities');
    const token =
      temperature === 0
        ? mostProbable(probabilities)
        : drawToken(probabilities, row.random.uniform(), this.#options);
    row.tokens.push(token);
    row.logprobs.push(Math.log(probabilities[token]));
    row.logprob += own('logprobs')[token];
    if (token === endToken) row.finish = 'stop';
    else if (row.tokens.length === row.limit) row.finish = 'length';
    onToken?.(row.index, token);
  }

  /** Fills the places of finished rows with the last live ones, so that live rows stay the first. */
  #removeFinished(): void {
    for (let i = this.#live.length - 1; i >= 0; i--) {
      if (this.#live[i].finish === null) continue;
      const last = this.#live.length - 1;
      const moved = this.#live[last];
      if (i !== last) {
        this.#cache.copyRow(i, this.#cache, last, moved.prompt.length + moved.tokens.length);
        this.#live[i] = moved;
      }
      this.#live.pop();
    }
  }
}

/** The arrays of `cachedPass` for one run; padding rows have one token, 0, at position 0. */
function passFeeds(rows: number, steps: number, temperature: number) {
  return {
    tokens: new Int32Array(rows * steps),
    positions: new Int32Array(rows * steps),
    lastIndex: new Int32Array(rows),
    totalLength: new Int32Array(1),
    last: new Int32Array(rows),
    inverseTemperature: Float32Array.of(temperature === 0 ? 1 : 1 / temperature),
  };
}

/** The next of 1, 2, 3, 4, 6, 8, 12, 16, 24, …: few shapes, at most a third of it padding. */
function roundUpRows(rows: number): number {
  const power = 2 ** Math.floor(Math.log2(rows));
  return (
    [power, power * 1.5, power * 2].find((size) => size >= rows && size % 1 === 0) ?? power * 2
  );
}

/** The next power of two from `least` on, at most the context. */
function roundUpLength(length: number, nCtx: number, least = 32): number {
  return Math.min(nCtx, Math.max(least, 2 ** Math.ceil(Math.log2(length))));
}
