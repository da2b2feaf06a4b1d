/**
 * The scheduling of generation: which rows are live, which wait, and where each stands in the cache.
 */
import type { Random } from '../../data/random.ts';
import type { Tensor } from '../graph/index.ts';
import type { Arrays, RunResult } from '../runtime/index.ts';
import { masked, promptPass, stepPass } from './cachedPasses.ts';
import { KeyValueCache } from './keyValueCache.ts';
import { attentionShape } from './modelConfig.ts';
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

/** One of the two passes, with its static shape. */
export interface Pass {
  readonly kind: 'prompt' | 'step';
  readonly rows: number;
  /** T of a pass over prompts, L of a step. */
  readonly length: number;
}

/** Runs a pass with the model's weights, its outputs written into the given arrays. */
export type RunPass = (pass: Pass, feeds: Arrays, into: Arrays) => Promise<RunResult>;

/** Tells passes of different graphs apart. */
export function passKey({ kind, rows, length }: Pass): string {
  return `${kind} ${rows}x${length}`;
}

/** The outputs of a pass. */
export function passGraph(
  config: ModelConfig,
  { kind, rows, length }: Pass,
): Record<string, Tensor> {
  return kind === 'prompt' ? promptPass(config, rows, length) : stepPass(config, rows, length);
}

/** The rows of one call of `Generator.generate`: waiting, live in the cache, or done. */
export class GenerationBatch {
  readonly #config: ModelConfig;
  readonly #options: GenerateOptions;
  readonly #run: RunPass;
  readonly #waiting: Row[];
  readonly #cache: KeyValueCache;
  /** Row i of the cache belongs to live row i. */
  readonly #live: Row[] = [];
  readonly #inverseTemperature: Float32Array;
  /** Where the outputs of the last step of so many rows stand: they are used before the next. */
  readonly #outputs = new Map<number, Arrays>();

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
    this.#inverseTemperature = Float32Array.of(
      options.temperature === 0 ? 1 : 1 / options.temperature,
    );
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
    const rows = roundUpRows(distinct.length);
    const length = roundUpLength(longest, this.#config.nCtx, 16);
    const tokens = new Int32Array(rows * length);
    const last = new Int32Array(rows);
    distinct.forEach(([{ prompt }], i) => {
      tokens.set(prompt, i * length);
      last[i] = i * length + prompt.length - 1;
    });
    const result = await this.#run(
      { kind: 'prompt', rows, length },
      { tokens, last, inverseTemperature: this.#inverseTemperature },
      {},
    );
    const projected = this.#projections(result);
    distinct.forEach((same, i) => {
      for (const row of same) {
        this.#draw(row, i, result);
        if (row.finish !== null) continue;
        this.#cache.write(this.#live.length, 0, projected, i * length, row.prompt.length);
        this.#live.push(row);
      }
    });
  }

  /** One more token for every live row. */
  async #step(): Promise<void> {
    const rows = roundUpRows(this.#live.length);
    const { length } = this.#cache;
    const tokens = new Int32Array(rows);
    const positions = new Int32Array(rows);
    const mask = new Float32Array(rows * length).fill(masked);
    this.#live.forEach(({ prompt, tokens: drawn }, i) => {
      tokens[i] = drawn[drawn.length - 1];
      positions[i] = prompt.length + drawn.length - 1;
      mask.fill(0, i * length, i * length + positions[i]);
    });
    const feeds = { tokens, positions, mask, inverseTemperature: this.#inverseTemperature };
    const outputs = this.#outputs.get(rows) ?? stepOutputs(this.#config, rows);
    this.#outputs.set(rows, outputs);
    const result = await this.#run(
      { kind: 'step', rows, length },
      { ...feeds, ...this.#cache.firstRows(rows) },
      outputs,
    );
    const projected = this.#projections(result);
    this.#live.forEach((row, i) => {
      this.#draw(row, i, result);
      if (row.finish === null) this.#cache.write(i, positions[i], projected, i, 1);
    });
    this.#removeFinished();
  }

  #projections(result: RunResult): { readonly key: Float32Array; readonly value: Float32Array }[] {
    return Array.from({ length: this.#config.nLayer }, (_, layer) => ({
      key: result.float32(`key.${layer}`),
      value: result.float32(`value.${layer}`),
    }));
  }

  #draw(row: Row, i: number, result: RunResult): void {
    const { temperature, endTokens, onToken, stops } = this.#options;
    const { vocabSize } = this.#config;
    const own = (name: string): Float32Array =>
      result.float32(name).subarray(i * vocabSize, (i + 1) * vocabSize);
    const probabilities = own('probabilities');
    const choices = penalises(this.#options, row)
      ? penalised(own('logits'), this.#options, row, this.#inverseTemperature[0], endTokens)
      : probabilities;
    const token =
      temperature === 0
        ? mostProbable(choices)
        : drawToken(choices, row.random.uniform(), this.#options);
    row.tokens.push(token);
    row.logprobs.push(Math.log(probabilities[token]));
    row.logprob += own('logprobs')[token];
    if (endTokens.includes(token) || stops?.(row.tokens) === true) row.finish = 'stop';
    else if (row.tokens.length === row.limit) row.finish = 'length';
    onToken?.(row.index, token);
  }

  /** Fills the places of finished rows with the last live ones, so that live rows stay the first. */
  #removeFinished(): void {
    for (let i = this.#live.length - 1; i >= 0; i--) {
      if (this.#live[i].finish === null) continue;
      const last = this.#live.length - 1;
      if (i !== last) {
        this.#cache.moveRow(last, i);
        this.#live[i] = this.#live[last];
      }
      this.#live.pop();
    }
  }
}

function stepOutputs(config: ModelConfig, rows: number): Arrays {
  const { vocabSize, nLayer } = config;
  const { nKvHead, headWidth } = attentionShape(config);
  const width = nKvHead * headWidth;
  const outputs: Record<string, Float32Array> = {
    probabilities: new Float32Array(rows * vocabSize),
    logprobs: new Float32Array(rows * vocabSize),
    logits: new Float32Array(rows * vocabSize),
  };
  for (let layer = 0; layer < nLayer; layer++) {
    outputs[`key.${layer}`] = new Float32Array(rows * width);
    outputs[`value.${layer}`] = new Float32Array(rows * width);
  }
  return outputs;
}

/** The next of 1, 2, 3, 4, 6, 8, 12, 16, 24, …: few shapes, at most a third of it padding. */
function roundUpRows(rows: number): number {
  const power = 2 ** Math.floor(Math.log2(rows));
  return (
    [power, power * 1.5, power * 2].find((size) => size >= rows && size % 1 === 0) ?? power * 2
  );
}

/** Up to the next of few lengths, at most a quarter of it padding, at most the context. */
function roundUpLength(length: number, nCtx: number, least = 32): number {
  const step = Math.max(least, 2 ** Math.floor(Math.log2(length) - 2));
  return Math.min(nCtx, Math.ceil(length / step) * step);
}
