/**
 * Adapters as PEFT's folders: `adapter_config.json` and `adapter_model.safetensors`, beside which the
 * model they lie over stands in a folder of its own.
 */
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { jsonChecker } from '../../data/jsonCheck.ts';
import { InstructError } from '../../protocol/errors.ts';
import { ParameterBuffer } from '../runtime/index.ts';
import { adaptedLayers, trainableParameters } from './adapter.ts';
import type { TrainedAdapter } from './adapter.ts';
import { familyOf } from './families.ts';
import { scoreWeight } from './heads.ts';
import type { AdapterConfig, HeadKind, ModelConfig } from './modelConfig.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import type { StoredTensor } from './safetensors.ts';
import { badWeights } from './safetensorsHeader.ts';
import { notAFolder } from './weightPaths.ts';

const configFile = 'adapter_config.json';
const weightsFile = 'adapter_model.safetensors';
const keyPrefix = 'base_model.model.';

const empty = z.record(z.string(), z.never()).nullish();
/** What PEFT writes, with the values that are supported; its many other methods are refused by name. */
const schema = z.looseObject({
  peft_type: z.literal('LORA'),
  base_model_name_or_path: z.string().min(1).nullish(),
  r: z.int().min(1).max(65_536),
  lora_alpha: z.number().gt(0).default(8),
  lora_dropout: z.number().min(0).lt(1).default(0),
  bias: z.literal('none').default('none'),
  use_rslora: z.boolean().default(false),
  use_dora: z.literal(false).optional(),
  use_qalora: z.literal(false).optional(),
  use_bdlora: z.null().optional(),
  lora_bias: z.literal(false).optional(),
  rank_pattern: empty,
  alpha_pattern: empty,
  layer_replication: z.null().optional(),
  target_parameters: z.null().optional(),
  trainable_token_indices: z.null().optional(),
  alora_invocation_tokens: z.null().optional(),
  modules_to_save: z.array(z.enum(['score', 'classifier'])).nullish(),
  init_lora_weights: z.union([z.boolean(), z.enum(['gaussian', 'orthogonal', 'eva'])]).optional(),
});
const check = jsonChecker(schema);

/** An adapter's `adapter_config.json` as read. */
export interface ReadAdapter {
  readonly adapter: Omit<AdapterConfig, 'targets'>;
  /** The folder of the model that it lies over. */
  readonly baseFolder: string;
}

/** Whether a folder holds an adapter instead of a whole model. */
export async function holdsAdapter(folder: string): Promise<boolean> {
  const names = new Set(await readdir(folder).catch(() => [])); // who loads it says what is missing
  return names.has(configFile) && !names.has('config.json');
}

/**
 * Reads the description of an adapter. Its base is looked for from the folder and from each that
 * holds it, as a project names its models from its own folder.
 *
 * @throws InstructError `bad-model` naming the key that is not supported; `missing-file` where the
 * base is not there.
 */
export async function readAdapterConfig(folder: string): Promise<ReadAdapter> {
  const path = join(folder, configFile);
  const result = check(await readFile(path, 'utf8'));
  if (!result.ok) {
    const [issue] = result.issues;
    const remedy = 'Use a LoRA adapter without further methods, or merge it with PEFT first.';
    throw badWeights(path, issue.message, remedy, issue.path.map(String).join('.'));
  }
  const { r, lora_alpha, lora_dropout, use_rslora, base_model_name_or_path } = result.value;
  const base = base_model_name_or_path ?? '';
  return {
    // Rank-stabilised adapters divide alpha by the root of the rank.
    adapter: {
      rank: r,
      alpha: use_rslora ? lora_alpha * Math.sqrt(r) : lora_alpha,
      dropout: lora_dropout,
    },
    baseFolder: await findBase(folder, base, path),
  };
}

async function findBase(folder: string, base: string, path: string): Promise<string> {
  for (let from = resolve(folder); base !== ''; from = dirname(from)) {
    const candidate = resolve(from, base);
    const isModel = await stat(join(candidate, 'config.json')).then(
      (found) => found.isFile(),
      () => false,
    );
    if (isModel) return candidate;
    if (from === dirname(from)) break;
  }
  throw new InstructError({
    code: 'missing-file',
    message: `${path}: the model "${base}" that this adapter lies over is not there.`,
    remedy: 'Download that model and write its folder into base_model_name_or_path.',
    place: { path, key: 'base_model_name_or_path' },
  });
}

/**
 * Reads the numbers of an adapter over a model's parameters, and gives the model's config with it.
 *
 * @param head `scalar` where a scalar head is among the numbers.
 * @throws InstructError `bad-model` naming the tensor that does not belong, is missing or not finite.
 */
export async function readAdapterWeights(
  folder: string,
  base: { readonly config: ModelConfig; readonly parameters: ParameterBuffer },
  adapter: ReadAdapter['adapter'],
  head: HeadKind,
): Promise<{ readonly config: ModelConfig; readonly parameters: ParameterBuffer }> {
  const path = join(folder, weightsFile);
  await checkWeightsFile(folder, path);
  const { prefix } = familyOf(base.config);
  const tensors = byName(await readSafetensors(path), prefix, path);
  const all = adaptedLayers(base.config, { targets: 'all-linear' });
  const modules = all.filter(({ module }) => tensors.has(`${module}.lora_A.weight`));
  const config = {
    ...base.config,
    adapter: { ...adapter, targets: modules.map(({ module }) => module) },
  };
  if (modules.length === 0) throw badWeights(path, 'holds no LoRA matrices of this model');
  const parameters = new ParameterBuffer(
    trainableParameters(config, tensors.has(scoreWeight) ? head : 'language'),
    undefined,
    base.parameters,
  );
  for (const { name, shape } of parameters.entries) {
    const found = tensors.get(name);
    tensors.delete(name);
    if (found?.shape.join() === shape.join() && found.data.every(Number.isFinite)) {
      parameters.view(name).set(found.data);
      continue;
    }
    const what = found === undefined ? 'is missing' : 'has another shape, or is not finite';
    throw badWeights(path, `tensor "${name}" ${what}`, undefined, name);
  }
  for (const name of tensors.keys()) {
    throw badWeights(path, `tensor "${name}" is no part of the adapter`, undefined, name);
  }
  return { config, parameters };
}

/**
 * The tensors under our names: without PEFT's prefix and the adapter's own name, and with the
 * family's prefix, which is missing where a trunk was adapted without a head.
 */
function byName(
  tensors: ReadonlyMap<string, StoredTensor>,
  prefix: string,
  path: string,
): Map<string, StoredTensor> {
  const named = new Map<string, StoredTensor>();
  for (const [key, tensor] of tensors) {
    if (!key.startsWith(keyPrefix)) {
      throw badWeights(path, `tensor "${key}" is no part of a PEFT adapter`, undefined, key);
    }
    const name = key
      .slice(keyPrefix.length)
      .replace(/\.(lora_[AB])\.\w+\.weight$/, '.$1.weight')
      .replace(/\.modules_to_save(\.\w+)?\.weight$/, '.weight');
    named.set(name.includes('.lora_') && !name.startsWith(prefix) ? prefix + name : name, tensor);
  }
  return named;
}

async function checkWeightsFile(folder: string, path: string): Promise<void> {
  const names = await readdir(folder);
  if (names.includes(weightsFile)) return;
  const pickled = names.find((name) => name.startsWith('adapter_model.'));
  throw pickled === undefined
    ? badWeights(path, 'the file is missing', 'Copy the whole adapter folder again.')
    : notAFolder(join(folder, pickled));
}

/** An adapter and what it lies over. */
export interface WrittenAdapter extends TrainedAdapter {
  readonly head: HeadKind;
  /** The model it lies over, as its users will name it; null where that is not known. */
  readonly base: string | null;
}

/** Writes an adapter into an existing folder, so that PEFT opens it. */
export async function writeAdapter(
  folder: string,
  { config, parameters, head, base }: WrittenAdapter,
): Promise<void> {
  const { adapter } = config;
  if (adapter === undefined)
    throw new Error('writeAdapter: expected an adapter, got a plain model');
  const scalar = head === 'scalar';
  const modules = adaptedLayers(config, adapter).map(({ module }) => module);
  const keys = {
    peft_type: 'LORA',
    task_type: scalar ? 'SEQ_CLS' : 'CAUSAL_LM',
    base_model_name_or_path: base,
    r: adapter.rank,
    lora_alpha: adapter.alpha,
    lora_dropout: adapter.dropout,
    target_modules: adapter.targets === 'all-linear' ? modules : adapter.targets,
    fan_in_fan_out: familyOf(config).layout === 'inputsFirst',
    bias: 'none',
    use_rslora: false,
    use_dora: false,
    modules_to_save: scalar ? ['score'] : null,
    inference_mode: true,
  };
  const text = `${JSON.stringify(keys, null, 2)}\n`;
  await writeFile(join(folder, configFile), text, { flush: true });
  const tensors = parameters.entries.map(({ name, shape }): [string, StoredTensor] => [
    keyPrefix + name,
    { shape, data: parameters.view(name) },
  ]);
  await writeSafetensors(join(folder, weightsFile), new Map(tensors));
}
