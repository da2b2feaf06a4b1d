/**
 * Sampling from a language model with a key/value cache, many prompts at once. Rows that end leave
 * the batch at once and waiting prompts take their place, so that no row is computed for nothing.
 */
import { InstructError } from '../../protocol/errors.ts';
import { Program, ProgramCache } from '../runtime/index.ts';
import type { ExecutionOptions, ParameterBuffer } from '../runtime/index.ts';
import { completeRows } from './completeRows.ts';
import type { GeneratedCompletion, GenerateOptions, Row } from './generationBatch.ts';
import { passGraph, passKey } from './generationPass.ts';
import type { RunPass } from './generationPass.ts';
import type { ModelConfig } from './modelConfig.ts';

/** Samples from any model of one architecture. Owns its programs until disposed. */
export class Generator {
  readonly #config: ModelConfig;
  readonly #execution: ExecutionOptions;
  readonly #programs = new ProgramCache(48);
  #batchRows: number;

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
   * @throws InstructError `bad-argument` when a prompt is empty or leaves no room in the context,
   * `out-of-memory` where not even one row at a time fits.
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
    const run: RunPass = async (pass, feeds, into) => {
      const program = await this.#programs.get(passKey(pass), () => {
        const { outputs, resident } = passGraph(this.#config, pass);
        return Program.compile(outputs, this.#execution, resident);
      });
      return program.run({ ...(await parameters.feedsFor(program)), ...feeds }, into);
    };
    const cacheOnDevice = this.#execution.device === 'webgpu';
    const execution = { batchRows: this.#batchRows, cacheOnDevice, run };
    const fitting = await completeRows(this.#config, rows, options, execution);
    if (fitting < this.#batchRows) this.#tellFewer(fitting, rows.length);
    this.#batchRows = fitting;
    return rows.map(({ tokens, logprobs, logprob, finish }) => ({
      tokens,
      logprobs,
      logprob,
      finish: finish ?? 'cancelled',
    }));
  }

  #tellFewer(fitting: number, rows: number): void {
    const tried = Math.min(this.#batchRows, rows);
    this.#execution.warn?.(
      'out-of-memory',
      `Too little memory to sample ${tried} completions at once: ${fitting} at once fit, and sampling goes on with so many. What is drawn does not depend on it.`,
    );
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

  /** Frees the programs. */
  dispose(): void {
    this.#programs.dispose();
  }
}
