/**
 * Sampling from a language model with a key/value cache, many prompts at once. Rows that end leave
 * the batch at once and waiting prompts take their place, so that no row is computed for nothing.
 */
import { InstructError } from '../../protocol/errors.ts';
import { Program, ProgramCache } from '../runtime/index.ts';
import type { ExecutionOptions, ParameterBuffer } from '../runtime/index.ts';
import { GenerationBatch } from './generationBatch.ts';
import type { GeneratedCompletion, GenerateOptions, Row } from './generationBatch.ts';
import { passGraph, passKey } from './generationPass.ts';
import type { RunPass } from './generationPass.ts';
import type { ModelConfig } from './modelConfig.ts';

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
    const run: RunPass = async (pass, feeds, into) => {
      const program = await this.#programs.get(passKey(pass), () => {
        const { outputs, resident } = passGraph(this.#config, pass);
        return Program.compile(outputs, this.#execution, resident);
      });
      return program.run({ ...(await parameters.feedsFor(program)), ...feeds }, into);
    };
    const batch = new GenerationBatch(this.#config, rows, options, {
      batchRows: this.#batchRows,
      cacheOnDevice: this.#execution.device === 'webgpu',
      run,
    });
    try {
      await batch.finishAll();
    } finally {
      batch.dispose();
    }
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

  /** Frees the programs. */
  dispose(): void {
    this.#programs.dispose();
  }
}
