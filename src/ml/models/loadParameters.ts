/** Parameters from a folder's safetensors files, under whichever names its writer chose. */
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ParameterBuffer } from '../runtime/index.ts';
import type { ParameterShape } from '../runtime/index.ts';
import { scoreWeight } from './heads.ts';
import { SafetensorsFile } from './safetensors.ts';
import { badWeights, convertRemedy } from './safetensorsHeader.ts';

/** The weights of a folder that was not sharded. */
export const weightsFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** Causal masks that old checkpoints store beside the weights. */
const buffers = /\.attn\.(bias|masked_bias)$/;
const prefix = 'transformer.';
const embedding = 'transformer.wte.weight';
const outputHead = 'lm_head.weight';

/**
 * Reads all the given parameters, from one file or several. Names may lack `transformer.` in front.
 *
 * @throws InstructError `bad-model` naming the file and the tensor that is missing, of another shape,
 * not finite, or not part of the model.
 */
export async function loadParameters(
  folder: string,
  shapes: readonly ParameterShape[],
): Promise<ParameterBuffer> {
  const parameters = new ParameterBuffer(shapes);
  const missing = new Set(shapes.map(({ name }) => name));
  const paths = await weightPaths(folder);
  const heads: OutputHead[] = [];
  for (const path of paths) {
    const file = await SafetensorsFile.open(path);
    try {
      heads.push(...(await takeTensors(file, parameters, missing)));
    } finally {
      await file.close();
    }
  }
  const [first] = missing;
  if (missing.size > 0) {
    const message = `has no tensor "${first}"`;
    const remedy = 'Use the weights that belong to this config.json.';
    throw badWeights(paths[0], message, remedy, first);
  }
  for (const head of heads) checkTied(head, parameters);
  return parameters;
}

/** A copy of the embeddings that some writers store as the head. */
interface OutputHead {
  readonly path: string;
  readonly data: Float32Array;
}

/** Reads a file's parameters; gives back the output heads that it stores beside them. */
async function takeTensors(
  file: SafetensorsFile,
  parameters: ParameterBuffer,
  missing: Set<string>,
): Promise<OutputHead[]> {
  const heads: OutputHead[] = [];
  const wanted = new Map(parameters.entries.map((entry) => [entry.name, entry]));
  for (const { name, shape } of file.header.tensors.values()) {
    const entry = wanted.get(name) ?? wanted.get(prefix + name);
    if (entry === undefined) {
      if (name === outputHead && parameters.has(embedding) && !parameters.has(scoreWeight)) {
        heads.push({ path: file.path, data: await file.read(name) });
      } else if (!buffers.test(name)) {
        const message = `tensor "${name}" is no part of the model that config.json describes`;
        throw badWeights(file.path, message, 'Use a GPT-2 model in its plain form.', name);
      }
      continue;
    }
    if (!missing.delete(entry.name)) {
      throw badWeights(file.path, `tensor "${name}" was there before`, undefined, name);
    }
    if (shape.join() !== entry.shape.join()) {
      throw badWeights(
        file.path,
        `tensor "${name}" has shape [${shape.join(', ')}] instead of [${entry.shape.join(', ')}]`,
        'Use the config.json that belongs to these weights.',
        name,
      );
    }
    const view = parameters.view(entry.name);
    await file.read(name, view);
    if (!view.every(Number.isFinite)) {
      const message = `tensor "${name}" has a number that is not finite`;
      throw badWeights(file.path, message, 'Train or download the model again.', name);
    }
  }
  return heads;
}

function checkTied({ path, data }: OutputHead, parameters: ParameterBuffer): void {
  const table = parameters.view(embedding);
  if (data.length === table.length && data.every((value, i) => value === table[i])) return;
  const message = `tensor "${outputHead}" differs from the embeddings, but only tied heads are supported`;
  throw badWeights(path, message, 'Use a GPT-2 model with tied embeddings.', outputHead);
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
