/** Parameters from a folder's safetensors files, under whichever names its writer chose. */
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ParameterBuffer } from '../runtime/index.ts';
import { familyOf } from './families.ts';
import type { HeadKind, ModelConfig } from './modelConfig.ts';
import { modelParameters } from './modelParameters.ts';
import { SafetensorsFile } from './safetensors.ts';
import { badWeights, convertRemedy } from './safetensorsHeader.ts';

/** The weights of a folder that was not sharded. */
export const weightsFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** What old checkpoints store beside the weights: causal masks, and the frequencies of rotations. */
const buffers = /\.attn\.(bias|masked_bias)$|\.rotary_emb\.inv_freq$/;
const outputHead = 'lm_head.weight';

/**
 * Reads all the parameters of a model, from one file or several. Names may lack the family's prefix,
 * as those of a trunk saved without a head do.
 *
 * @throws InstructError `bad-model` naming the file and the tensor that is missing, of another shape,
 * not finite, or not part of the model.
 */
export async function loadParameters(
  folder: string,
  config: ModelConfig,
  head: HeadKind,
): Promise<ParameterBuffer> {
  const { prefix, tokenTable } = familyOf(config);
  const parameters = new ParameterBuffer(modelParameters(config, head));
  const missing = new Set(parameters.entries.map(({ name }) => name));
  const paths = await weightPaths(folder);
  const tiedHeads: string[] = [];
  for (const path of paths) {
    await withFile(path, async (file) => {
      for (const { name } of file.header.tensors.values()) {
        const known = [name, prefix + name].find((each) => parameters.has(each));
        if (known !== undefined) await takeTensor(file, name, known, parameters, missing);
        else if (name === outputHead && head === 'language') tiedHeads.push(path);
        else if (!buffers.test(name)) {
          const message = `tensor "${name}" is no part of the model that config.json describes`;
          throw badWeights(
            path,
            message,
            'Use the config.json that belongs to these weights.',
            name,
          );
        }
      }
    });
  }
  const [first] = missing;
  if (missing.size > 0) {
    const message = `has no tensor "${first}"`;
    const remedy = 'Use the weights that belong to this config.json.';
    throw badWeights(paths[0], message, remedy, first);
  }
  for (const path of tiedHeads) {
    await withFile(path, (file) => checkTied(file, parameters.view(tokenTable)));
  }
  return parameters;
}

async function withFile(
  path: string,
  use: (file: SafetensorsFile) => Promise<void>,
): Promise<void> {
  const file = await SafetensorsFile.open(path);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

async function takeTensor(
  file: SafetensorsFile,
  stored: string,
  name: string,
  parameters: ParameterBuffer,
  missing: Set<string>,
): Promise<void> {
  if (!missing.delete(name)) {
    throw badWeights(file.path, `tensor "${stored}" was there before`, undefined, stored);
  }
  const wanted = parameters.entries.find((entry) => entry.name === name)?.shape ?? [];
  const shape = file.header.tensors.get(stored)?.shape ?? [];
  if (shape.join() !== wanted.join()) {
    throw badWeights(
      file.path,
      `tensor "${stored}" has shape [${shape.join(', ')}] instead of [${wanted.join(', ')}]`,
      'Use the config.json that belongs to these weights.',
      stored,
    );
  }
  const view = await file.read(stored, parameters.view(name));
  if (!view.every(Number.isFinite)) {
    const message = `tensor "${stored}" has a number that is not finite`;
    throw badWeights(file.path, message, 'Train or download the model again.', stored);
  }
}

/** Some writers store the embeddings once more as the head; another head is another model. */
async function checkTied(file: SafetensorsFile, table: Float32Array): Promise<void> {
  if (await file.holds(outputHead, table)) return;
  const message = `tensor "${outputHead}" differs from the embeddings, but config.json ties the head to them`;
  throw badWeights(
    file.path,
    message,
    'Use the config.json that belongs to these weights.',
    outputHead,
  );
}

/**
 * The files that hold a folder's weights.
 *
 * @throws InstructError `bad-model` or `missing-file` saying how to convert what is there instead.
 */
export async function weightPaths(folder: string): Promise<string[]> {
  const names = new Set(await readdir(folder));
  if (names.has(weightsFile)) return [join(folder, weightsFile)];
  if (names.has(indexFile)) return shardPaths(folder, names);
  const other = [...names].find((name) => /\.(bin|pt|pth|ckpt|h5|msgpack|gguf|onnx)$/.test(name));
  if (other !== undefined) {
    const message = `only ${weightsFile} can be read, not this file`;
    throw badWeights(join(folder, other), message, convertRemedy);
  }
  const remedy = 'Copy the whole model folder again.';
  throw badWeights(join(folder, weightsFile), 'the file is missing', remedy);
}

async function shardPaths(folder: string, names: ReadonlySet<string>): Promise<string[]> {
  const path = join(folder, indexFile);
  const result = indexSchema.safeParse(parseOrNull(await readFile(path, 'utf8')));
  if (!result.success) throw badWeights(path, 'is no index of safetensors files');
  const shards = [...new Set(Object.values(result.data.weight_map))].sort();
  for (const shard of shards) {
    if (basename(shard) === shard && names.has(shard)) continue;
    const remedy = 'Copy or download the missing part of the model.';
    throw badWeights(path, `names the file "${shard}", which is not in the folder`, remedy, shard);
  }
  return shards.map((shard) => join(folder, shard));
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the caller says which file it was
  }
}
