/** How large a model folder is, without loading it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { ModelSize } from './runEstimate.ts';

const configSchema = z.looseObject({
  n_layer: z.int().optional(),
  num_hidden_layers: z.int().optional(),
  n_embd: z.int().optional(),
  hidden_size: z.int().optional(),
  vocab_size: z.int().optional(),
  n_positions: z.int().optional(),
  max_position_embeddings: z.int().optional(),
  torch_dtype: z.string().optional(),
  dtype: z.string().optional(),
});

/** A model's size, and the longest text it takes. */
export interface SizedModel extends ModelSize {
  readonly contextTokens: number;
}

/** The bytes of everything in a folder; 0 for one that is missing. */
export async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0, // it went meanwhile
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What a Hugging Face folder says of itself; undefined when its `config.json` cannot be read. */
export async function modelSize(folder: string): Promise<SizedModel | undefined> {
  const text = await readFile(path.join(folder, 'config.json'), 'utf8').catch(() => '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const config = configSchema.safeParse(value).data;
  if (config === undefined) return undefined;
  const names = await readdir(folder).catch(() => []);
  let stored = 0;
  for (const name of names.filter((each) => each.endsWith('.safetensors'))) {
    stored += (await stat(path.join(folder, name))).size;
  }
  const half = /16$/.test(config.torch_dtype ?? config.dtype ?? 'float32');
  return {
    weightBytes: half ? 2 * stored : stored,
    layers: config.n_layer ?? config.num_hidden_layers ?? 0,
    width: config.n_embd ?? config.hidden_size ?? 0,
    vocabulary: config.vocab_size ?? 0,
    contextTokens: config.n_positions ?? config.max_position_embeddings ?? 0,
  };
}
