/** Sampling by WebGPU, on SwiftShader, against the processor: the cache stays in the GPU's memory. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Random } from '../../src/data/random.ts';
import { GenerationBatch } from '../../src/ml/models/generationBatch.ts';
import type { GenerateOptions, Row } from '../../src/ml/models/generationBatch.ts';
import { passGraph, passKey } from '../../src/ml/models/generationPass.ts';
import type { Pass, RunPass } from '../../src/ml/models/generationPass.ts';
import { Generator, parseConfig } from '../../src/ml/models/index.ts';
import type { GeneratedCompletion, ModelConfig } from '../../src/ml/models/index.ts';
import { loadParameters } from '../../src/ml/models/loadParameters.ts';
import { Program, ProgramCache } from '../../src/ml/runtime/index.ts';
import type { ExecutionOptions, ParameterBuffer } from '../../src/ml/runtime/index.ts';
import { DeviceTensor } from '../../src/ml/runtime/deviceTensor.ts';
import { useSoftwareGpu } from '../fixtures/softwareGpu.ts';

const noGpu = useSoftwareGpu();
const cpu: ExecutionOptions = { threads: 1 };
const gpu: ExecutionOptions = { threads: 1, device: 'webgpu' };

interface SampledModel {
  readonly config: ModelConfig;
  readonly parameters: ParameterBuffer;
}

async function load(folder: string): Promise<SampledModel> {
  const path = join(import.meta.dirname, folder, 'config.json');
  const { config } = parseConfig(readFileSync(path, 'utf8'), path);
  const parameters = await loadParameters(join(path, '..'), config, 'language');
  return { config, parameters };
}

/** Of 1 to 11 tokens. */
function somePrompts({ config }: SampledModel): number[][] {
  const chance = new Random('prompts');
  return Array.from({ length: 11 }, (_, i) =>
    Array.from({ length: 1 + ((5 * i) % 11) }, () => chance.integer(config.vocabSize)),
  );
}

/** A third of the tokens end a completion, so that rows leave at every step. */
function someOptions({ config }: SampledModel): GenerateOptions {
  const endTokens = Array.from({ length: config.vocabSize }, (_, i) => i).filter(
    (i) => i % 8 === 0,
  );
  return { maxNewTokens: 12, temperature: 1, endTokens, random: new Random('draws') };
}

async function sampled(
  model: SampledModel,
  execution: ExecutionOptions,
): Promise<GeneratedCompletion[]> {
  const generator = new Generator(model.config, execution, 6);
  try {
    return await generator.generate(model.parameters, somePrompts(model), someOptions(model));
  } finally {
    generator.dispose();
  }
}

/** What passed between the processor and the passes. */
class Traffic {
  /** Names of what each pass was fed with in arrays, beside the weights. */
  readonly fed = new Map<Pass['kind'], Set<string>>();
  /** Names of what each pass gave back in arrays. */
  readonly fetched = new Map<Pass['kind'], Set<string>>();
  /** All that the passes have left on the GPU. */
  readonly tensors: DeviceTensor[] = [];
  steps = 0;
  readonly #model: SampledModel;
  readonly #programs = new ProgramCache(48);

  constructor(model: SampledModel) {
    this.#model = model;
  }

  readonly run: RunPass = async (pass, feeds, into) => {
    const { config, parameters } = this.#model;
    const { outputs, resident } = passGraph(config, pass);
    const compile = (): Promise<Program> => Program.compile(outputs, gpu, resident);
    const program = await this.#programs.get(passKey(pass), compile);
    const weights = await parameters.feedsFor(program);
    for (const weight of Object.values(weights)) assert.ok(weight instanceof DeviceTensor);
    const result = await program.run({ ...weights, ...feeds }, into);
    const arrays = Object.keys(outputs).filter((name) => !resident.includes(name));
    for (const name of arrays) assert.ok(result.get(name).length > 0);
    for (const name of resident) this.tensors.push(result.device(name));
    const fed = Object.entries(feeds).filter(([, feed]) => !(feed instanceof DeviceTensor));
    note(
      this.fed,
      pass.kind,
      fed.map(([name]) => name),
    );
    note(this.fetched, pass.kind, arrays);
    if (pass.kind === 'step') this.steps++;
    return result;
  };

  dispose(): void {
    this.#programs.dispose();
    this.#model.parameters.releaseDevice();
  }
}

function note<K>(seen: Map<K, Set<string>>, key: K, names: readonly string[]): void {
  seen.set(key, new Set([...(seen.get(key) ?? []), ...names]));
}

/** Samples with the traffic watched; ends with the batch disposed, whether it failed or not. */
async function watched(
  model: SampledModel,
  settings: Partial<GenerateOptions> = {},
): Promise<{ rows: Row[]; traffic: Traffic; error: unknown }> {
  const traffic = new Traffic(model);
  const options = { ...someOptions(model), ...settings };
  const rows = somePrompts(model).map((prompt, index): Row => {
    const random = options.random.fork();
    const limit = options.maxNewTokens;
    return { index, prompt, random, limit, tokens: [], logprobs: [], logprob: 0, finish: null };
  });
  const execution = { batchRows: 6, cacheOnDevice: true, run: traffic.run };
  const batch = new GenerationBatch(model.config, rows, options, execution);
  let error: unknown;
  try {
    await batch.finishAll();
  } catch (thrown) {
    error = thrown;
  } finally {
    batch.dispose();
    traffic.dispose();
  }
  return { rows, traffic, error };
}

function isFree(tensor: DeviceTensor): boolean {
  try {
    return tensor.native.dims.length < 0;
  } catch {
    return true;
  }
}

describe('sampling on a GPU', { skip: noGpu ?? false }, async () => {
  const models = [
    ['GPT-2', await load('gpt2/language')],
    ['Llama with grouped key heads', await load('llama/llama3')],
  ] as const;

  for (const [name, model] of models) {
    test(`gives the tokens and log-probabilities of the processor: ${name}`, async () => {
      const [there, here] = [await sampled(model, gpu), await sampled(model, cpu)];
      assert.deepEqual(
        there.map(({ tokens, finish }) => ({ tokens, finish })),
        here.map(({ tokens, finish }) => ({ tokens, finish })),
      );
      assert.ok(new Set(here.map(({ tokens }) => tokens.length)).size > 4, 'rows end apart');
      for (const [i, { logprobs, logprob }] of here.entries()) {
        assert.ok(Math.abs(there[i].logprob - logprob) <= 1e-4);
        for (const [t, expected] of logprobs.entries()) {
          assert.ok(Math.abs(there[i].logprobs[t] - expected) <= 1e-4, `${i}, ${t}`);
        }
      }
    });

    test(`moves nothing of the cache between steps, and frees it: ${name}`, async () => {
      const { rows, traffic, error } = await watched(model);
      assert.equal(error, undefined);
      assert.ok(rows.every(({ finish }) => finish !== null));
      assert.ok(traffic.steps > 11);
      assert.deepEqual(
        traffic.fed,
        new Map([
          ['prompt', new Set(['tokens', 'last'])],
          ['arrange', new Set(['sources'])],
          ['step', new Set(['tokens', 'positions', 'longest'])],
        ]),
      );
      const overVocabulary = new Set(['probabilities', 'logits']);
      assert.deepEqual(
        traffic.fetched,
        new Map([
          ['prompt', overVocabulary],
          ['arrange', new Set()],
          ['step', overVocabulary],
        ]),
      );
      assert.ok(traffic.tensors.every(isFree));
    });
  }

  test('is freed when it is cancelled, and when a listener throws', async () => {
    const [, model] = models[0];
    let told = 0;
    const controller = new AbortController();
    const cancelled = await watched(model, {
      signal: controller.signal,
      onToken: () => {
        if (++told === 9) controller.abort();
      },
    });
    assert.ok(cancelled.rows.some(({ finish, tokens }) => finish === null && tokens.length > 0));
    const thrown = await watched(model, {
      onToken: () => {
        if (++told === 20) throw new Error('the listener');
      },
    });
    assert.match(String(thrown.error), /the listener/);
    for (const { traffic } of [cancelled, thrown]) {
      assert.ok(traffic.tensors.length > 8);
      assert.ok(traffic.tensors.every(isFree));
    }
  });
});
