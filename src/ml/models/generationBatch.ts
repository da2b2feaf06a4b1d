/**
 * The scheduling of generation: which rows are live, which wait, and where each stands in the cache.
 */
import type { Random } from '../../data/random.ts';
import type { Arrays, RunResult } from '../runtime/index.ts';
import type { TemperatureKind } from './cachedPasses.ts';
import { DeviceKeyValueCache } from './deviceKeyValueCache.ts';
import type { GenerationCache, TakenPrompt } from './generationCache.ts';
import { roundUpLength, roundUpRows } from './generationPass.ts';
import type { ModelPass, RunPass } from './generationPass.ts';
import { KeyValueCache } from './keyValueCache.ts';
import type { ModelConfig } from './modelConfig.ts';
import { penalised, penalises } from './penalties.ts';
import type { Penalties } from './penalties.ts';
import { drawToken, mostProbable } from './sampling.ts';
import type { Truncation } from './sampling.ts';

/** How `Generator.generate` samples. */
export interface GenerateOptions extends Truncation, Penalties {
  readonly maxNewTokens: number;
  /** Divides the logits; 0 takes the most probable token each time. */
  readonly temperature: number;
  /** The tokens of which each ends a completion; none to go on to the limit. */
  readonly endTokens: readonly number[];
  /** Asked with the tokens of a completion after each new one: whether it ends there, see `stopsAt`. */
  readonly stops?: (tokens: readonly number[]) => boolean;
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
  /** The new tokens; where `finish` is `stop` the last one is an end token, or what `stops` saw. */
  readonly tokens: number[];
  /**
   * Log-probability of each token under logits / temperature, before penalties and truncation, in nats. At
   * temperature 0 those under temperature 1.
   */
  readonly logprobs: number[];
  /** Log-probability of the whole completion at temperature 1, in nats. */
  readonly logprob: number;
  /** `length`: `maxNewTokens` or the model's context was used up. */
  readonly finish: 'stop' | 'length' | 'cancelled';
}

/** A prompt on its way. */
export interface Row {
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

/** How many rows go through the model at once, and where. */
export interface BatchExecution {
  readonly batchRows: number;
  /** Whether keys and values stay in a GPU's memory. */
  readonly cacheOnDevice: boolean;
  readonly run: RunPass;
}

/** What a step of so many rows reads and writes, used again by the next one. */
interface StepArrays {
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  readonly longest: Int32Array;
  /** These, and what else is fed besides the weights and the cache. */
  readonly feeds: Arrays;
  readonly outputs: Arrays;
}

/**
 * The rows of one call of `Generator.generate`: waiting, live in the cache, or done. The owner must dispose
 * it.
 */
export class GenerationBatch {
  readonly #config: ModelConfig;
  readonly #options: GenerateOptions;
  readonly #run: RunPass;
  readonly #waiting: Row[];
  readonly #cache: GenerationCache;
  readonly #cacheOnDevice: boolean;
  /** In the order in which the cache counts them. */
  readonly #live: Row[] = [];
  readonly #inverseTemperature: number;
  readonly #temperature: TemperatureKind;
  /** By the number of their rows. */
  readonly #steps = new Map<number, StepArrays>();

  constructor(
    config: ModelConfig,
    rows: readonly Row[],
    options: GenerateOptions,
    { batchRows, cacheOnDevice, run }: BatchExecution,
  ) {
    this.#config = config;
    this.#options = options;
    this.#run = run;
    this.#cacheOnDevice = cacheOnDevice;
    this.#waiting = [...rows];
    const longest = rows.reduce(
      (most, { prompt, limit }) => Math.max(most, prompt.length + limit),
      1,
    );
    const capacity = roundUpRows(Math.min(batchRows, Math.max(1, rows.length)));
    const length = roundUpLength(longest, config.nCtx);
    this.#cache = cacheOnDevice
      ? new DeviceKeyValueCache(config, capacity, length, run)
      : new KeyValueCache(config, capacity, length);
    this.#inverseTemperature = options.temperature === 0 ? 1 : 1 / options.temperature;
    this.#temperature = this.#inverseTemperature === 1 ? 'one' : 'other';
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
    const texts = admitted.map(({ prompt, tokens }) => [...prompt, ...tokens]);
    const distinct = [...Map.groupBy(admitted.keys(), (i) => texts[i].join()).values()];
    const longest = Math.max(...texts.map(({ length }) => length));
    const rows = roundUpRows(distinct.length);
    const length = roundUpLength(longest, this.#config.nCtx, 16);
    const tokens = new Int32Array(rows * length);
    const last = new Int32Array(rows);
    distinct.forEach(([first], i) => {
      tokens.set(texts[first], i * length);
      last[i] = i * length + texts[first].length - 1;
    });
    const result = await this.#run(
      { kind: 'prompt', rows, length, ...this.#kind() },
      { tokens, last, ...this.#scale() },
      {},
    );
    try {
      const taken: TakenPrompt[] = [];
      distinct.forEach((same, i) => {
        for (const index of same) {
          const row = admitted[index];
          this.#draw(row, i, result);
          if (row.finish !== null) continue;
          taken.push({ row: i, length: texts[index].length });
          this.#live.push(row);
        }
      });
      await this.#cache.admit({ rows, length, result }, taken);
    } finally {
      result.disposeDevice();
    }
  }

  /** One more token for every live row. */
  async #step(): Promise<void> {
    const rows = await this.#cache.fit();
    const { tokens, positions, longest, feeds, outputs } = this.#arraysOf(rows);
    this.#live.forEach(({ prompt, tokens: drawn }, i) => {
      const place = this.#cache.placeOf(i);
      tokens[place] = drawn[drawn.length - 1];
      positions[place] = prompt.length + drawn.length - 1;
    });
    longest[0] = Math.max(...positions) + 1;
    const result = await this.#run(
      { kind: 'step', rows, length: this.#cache.length, ...this.#kind() },
      { ...feeds, ...this.#cache.feeds(rows) },
      outputs,
    );
    this.#cache.append(result);
    this.#live.forEach((row, i) => {
      this.#draw(row, this.#cache.placeOf(i), result);
    });
    this.#removeFinished();
  }

  /** What all passes of this batch have in common. */
  #kind(): Pick<ModelPass, 'temperature' | 'cacheOnDevice'> {
    return { temperature: this.#temperature, cacheOnDevice: this.#cacheOnDevice };
  }

  /** What a pass reads of the temperature. */
  #scale(): Arrays {
    if (this.#temperature === 'one') return {};
    return { inverseTemperature: Float32Array.of(this.#inverseTemperature) };
  }

  #arraysOf(rows: number): StepArrays {
    const known = this.#steps.get(rows);
    // A place that no row holds is computed too: at position 0, which always exists.
    known?.positions.fill(0);
    if (known !== undefined) return known;
    const own = {
      tokens: new Int32Array(rows),
      positions: new Int32Array(rows),
      longest: new Int32Array(1),
    };
    const size = rows * this.#config.vocabSize;
    const arrays = {
      ...own,
      feeds: { ...own, ...this.#scale() },
      outputs: {
        probabilities: new Float32Array(size),
        logits: new Float32Array(size),
        ...(this.#temperature === 'other' && { logprobs: new Float32Array(size) }),
        ...this.#cache.outputs(rows),
      },
    };
    this.#steps.set(rows, arrays);
    return arrays;
  }

  #draw(row: Row, i: number, result: RunResult): void {
    const { temperature, endTokens, onToken, stops } = this.#options;
    const { vocabSize } = this.#config;
    const own = (name: string): Float32Array =>
      result.float32(name).subarray(i * vocabSize, (i + 1) * vocabSize);
    const probabilities = own('probabilities');
    const choices = penalises(this.#options, row)
      ? penalised(own('logits'), this.#options, row, this.#inverseTemperature, endTokens)
      : probabilities;
    const token =
      temperature === 0
        ? mostProbable(choices)
        : drawToken(choices, row.random.uniform(), this.#options);
    row.tokens.push(token);
    const logprob = Math.log(probabilities[token]);
    row.logprobs.push(logprob);
    row.logprob += this.#temperature === 'one' ? logprob : own('logprobs')[token];
    if (endTokens.includes(token) || stops?.(row.tokens) === true) row.finish = 'stop';
    else if (row.tokens.length === row.limit) row.finish = 'length';
    onToken?.(row.index, token);
  }

  /** The last live rows take the numbers of finished ones. */
  #removeFinished(): void {
    for (let i = this.#live.length - 1; i >= 0; i--) {
      if (this.#live[i].finish === null) continue;
      this.#cache.remove(i);
      const last = this.#live.pop();
      if (last !== undefined && i < this.#live.length) this.#live[i] = last;
    }
  }

  /** Frees the cache. */
  dispose(): void {
    this.#cache.dispose();
  }
}
