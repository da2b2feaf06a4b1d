/** Low-rank adapters over a model's linear layers (LoRA, Hu et al. 2021), see {@link AdapterConfig}. */
import type { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import { input, matMul, mul, where } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { ParameterBuffer } from '../runtime/index.ts';
import type { Arrays } from '../runtime/index.ts';
import { familyOf } from './families.ts';
import type { ModelParameter, Weights } from './family.ts';
import { scoreWeight } from './heads.ts';
import type { LanguageModel } from './model.ts';
import type { AdapterConfig, HeadKind, ModelConfig } from './modelConfig.ts';
import { modelParameters, scoreParameter } from './modelParameters.ts';

/** A linear layer that an adapter lies over. */
export interface AdaptedLayer {
  /** The name of its parameters without `.weight`. */
  readonly module: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** An adapter with its numbers. */
export interface TrainedAdapter {
  /** With its adapter. */
  readonly config: ModelConfig;
  /** Those of {@link trainableParameters}, for themselves. */
  readonly parameters: ParameterBuffer;
}

/**
 * The layers of the trunk that an adapter's targets name.
 *
 * @throws InstructError `bad-hyperparameter` where a target names none.
 */
export function adaptedLayers(
  config: ModelConfig,
  { targets }: Pick<AdapterConfig, 'targets'>,
): AdaptedLayer[] {
  const { parameters, layout } = familyOf(config);
  const layers = parameters
    .filter(({ role }) => role === 'linear' || role === 'residual')
    .map(({ name, shape: [rows, columns] }): AdaptedLayer => {
      const [inputs, outputs] = layout === 'inputsFirst' ? [rows, columns] : [columns, rows];
      return { module: name.replace(/\.weight$/, ''), inputs, outputs };
    });
  if (targets === 'all-linear') return layers;
  const unknown = targets.find((target) => !layers.some(({ module }) => matches(module, target)));
  if (unknown === undefined && targets.length > 0) {
    return layers.filter(({ module }) => targets.some((target) => matches(module, target)));
  }
  const known = new Set(layers.map(({ module }) => module.split('.').at(-1)));
  throw new InstructError({
    code: 'bad-hyperparameter',
    message: `The model has no linear layer "${unknown ?? ''}" for the adapter.`,
    remedy: `Choose from ${[...known].join(', ')}, or all-linear.`,
  });
}

function matches(module: string, target: string): boolean {
  return module === target || module.endsWith(`.${target}`);
}

/** The two matrices of every adapted layer, in order; none where the config has no adapter. */
export function adapterParameters(config: ModelConfig): ModelParameter[] {
  const { adapter } = config;
  if (adapter === undefined) return [];
  return adaptedLayers(config, adapter).flatMap(({ module, inputs, outputs }): ModelParameter[] => [
    { name: inner(module, 'A'), shape: [adapter.rank, inputs], role: 'linear' },
    { name: inner(module, 'B'), shape: [outputs, adapter.rank], role: 'linear' },
  ]);
}

/** What learns: the adapter and a scalar head where there is an adapter, else everything. */
export function trainableParameters(config: ModelConfig, head: HeadKind): ModelParameter[] {
  if (config.adapter === undefined) return modelParameters(config, head);
  const scalar = head === 'scalar' ? [scoreParameter(config)] : [];
  return [...adapterParameters(config), ...scalar];
}

/** The name of one of an adapter's matrices, as PEFT has it behind `base_model.model.`. */
function inner(module: string, which: 'A' | 'B'): string {
  return `${module}.lora_${which}.weight`;
}

/** What {@link Weights.adapter} is for a model with an adapter; undefined for one without. */
export function adapterGraph(config: ModelConfig, weights: Weights): Weights['adapter'] {
  const { adapter } = config;
  if (adapter === undefined) return undefined;
  const modules = new Set(adaptedLayers(config, adapter).map(({ module }) => module));
  return (module, x) => {
    if (!modules.has(module)) return null;
    const down = matMul(dropped(x, module, adapter), weights(inner(module, 'A')), {
      transposeB: true,
    }); // [N, rank]
    const alpha = adapter.alpha / adapter.rank;
    return matMul(down, weights(inner(module, 'B')), { transposeB: true, alpha }); // [N, out]
  };
}

function dropped(x: Tensor, module: string, { dropout }: AdapterConfig): Tensor {
  if (dropout === 0) return x;
  const kept = input(maskName(module), x.shape, 'bool');
  return where(kept, mul(x, 1 / (1 - dropout)), 0); // [N, in]
}

function maskName(module: string): string {
  return `kept inputs of ${module}`;
}

/** The same model as it is used outside of training: nothing is dropped. */
export function withoutDropout<Config extends ModelConfig>(config: Config): Config {
  const { adapter } = config;
  return adapter === undefined ? config : { ...config, adapter: { ...adapter, dropout: 0 } };
}

/** Which inputs of an adapter are kept in one step over `tokens` = N tokens: feeds of its graph. */
export function dropoutMasks(config: ModelConfig, tokens: number, random: Random): Arrays {
  const { adapter } = config;
  if (adapter === undefined || adapter.dropout === 0) return {};
  const limit = adapter.dropout * 2 ** 32;
  const masks = adaptedLayers(config, adapter).map(({ module, inputs }) => {
    const mask = new Uint8Array(tokens * inputs);
    for (let i = 0; i < mask.length; i++) mask[i] = random.word() >= limit ? 1 : 0;
    return [maskName(module), mask] as const;
  });
  return Object.fromEntries(masks);
}

/**
 * A language model with a new adapter over it that changes nothing yet: A uniform in ±1/√in, B zero,
 * as in PEFT. The model's parameters stay shared; training never writes them.
 */
export function withAdapter(
  { config, tokenizer, parameters: frozen }: LanguageModel,
  adapter: AdapterConfig,
  random: Random,
): LanguageModel {
  const adapted = { ...config, adapter };
  const parameters = new ParameterBuffer(adapterParameters(adapted), undefined, frozen);
  for (const { module, inputs } of adaptedLayers(config, adapter)) {
    const view = parameters.view(inner(module, 'A'));
    const limit = 1 / Math.sqrt(inputs);
    for (let i = 0; i < view.length; i++) view[i] = limit * (2 * random.uniform() - 1);
  }
  return { config: adapted, tokenizer, parameters };
}

/** The architecture without its adapter. */
export function withoutAdapter(config: ModelConfig): ModelConfig {
  const { adapter, ...plain } = config;
  return adapter === undefined ? config : plain;
}

/**
 * All parameters of the model as they are with the adapter worked in: W + B·A · alpha / rank. They are
 * worked into the parameters under the adapter, which change; a reward model's whose head was none of
 * them get new memory.
 */
export function mergedParameters(
  config: ModelConfig,
  parameters: ParameterBuffer,
  head: HeadKind,
): ParameterBuffer {
  const described = modelParameters(config, head);
  const { frozen } = parameters;
  const inPlace = frozen !== null && described.every(({ name }) => frozen.has(name));
  const merged = inPlace ? frozen : new ParameterBuffer(described);
  if (!inPlace) merged.copyFrom(parameters);
  else if (parameters.has(scoreWeight)) merged.view(scoreWeight).set(parameters.view(scoreWeight));
  const { adapter } = config;
  if (adapter === undefined) return merged;
  const { layout } = familyOf(config);
  for (const layer of adaptedLayers(config, adapter)) {
    const down = parameters.view(inner(layer.module, 'A')); // [rank, in]
    const up = parameters.view(inner(layer.module, 'B')); // [out, rank]
    const matrix = merged.view(`${layer.module}.weight`);
    const [stepIn, stepOut] = layout === 'inputsFirst' ? [layer.outputs, 1] : [1, layer.inputs];
    addProduct(matrix, { down, up, stepIn, stepOut, ...layer, ...adapter });
  }
  return merged;
}

interface Product extends AdaptedLayer, AdapterConfig {
  readonly down: Float32Array;
  readonly up: Float32Array;
  /** How far apart two inputs, or two outputs, lie in the matrix. */
  readonly stepIn: number;
  readonly stepOut: number;
}

/** Rounds once a number: the sum over the ranks is in double precision. */
function addProduct(matrix: Float32Array, product: Product): void {
  const { down, up, inputs, outputs, rank, alpha, stepIn, stepOut } = product;
  const scale = alpha / rank;
  const row = new Float64Array(inputs);
  for (let out = 0; out < outputs; out++) {
    row.fill(0);
    for (let r = 0; r < rank; r++) {
      const factor = scale * up[out * rank + r];
      for (let i = 0; i < inputs; i++) row[i] += factor * down[r * inputs + i];
    }
    for (let i = 0; i < inputs; i++) matrix[out * stepOut + i * stepIn] += row[i];
  }
}
