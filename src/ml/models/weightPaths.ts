/** Which files of a folder hold a model's weights. */
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import type { InstructError } from '../../protocol/errors.ts';
import { badWeights, convertRemedy } from './safetensorsHeader.ts';

/** The weights of a folder that was not sharded. */
export const weightsFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';
const foreignWeights = /\.(bin|pt|pth|pkl|ckpt|h5|msgpack|gguf|onnx)$/;
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/**
 * The files that hold a folder's weights.
 *
 * @throws InstructError `bad-model` or `missing-file` saying how to convert what is there instead.
 */
export async function weightPaths(folder: string): Promise<string[]> {
  const names = new Set(await readdir(folder));
  if (names.has(weightsFile)) return [join(folder, weightsFile)];
  if (names.has(indexFile)) return shardPaths(folder, names);
  const other = [...names].find((name) => foreignWeights.test(name));
  if (other !== undefined) throw foreign(join(folder, other));
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

/**
 * The refusal of a path that is no folder: weights in another format, or just a file of the folder
 * that is meant.
 */
export function notAFolder(path: string): InstructError {
  if (foreignWeights.test(path)) return foreign(path);
  const remedy = 'Choose the folder that holds config.json, model.safetensors and tokenizer.json.';
  return badWeights(path, 'this is a file, not a model folder', remedy);
}

/** PyTorch's files hold pickled programs, which are never run here; the others are not known. */
function foreign(path: string): InstructError {
  return badWeights(path, `only ${weightsFile} can be read, not this file`, convertRemedy);
}
