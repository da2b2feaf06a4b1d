/** Parameters from a folder's safetensors files, under whichever names its writer chose. */
import { InstructError } from '../../protocol/errors.ts';
import { ParameterBuffer } from '../runtime/index.ts';
import type { ParameterShape } from '../runtime/index.ts';
import { familyOf } from './families.ts';
import type { HeadKind, ModelConfig } from './modelConfig.ts';
import { modelParameters } from './modelParameters.ts';
import { SafetensorsFile } from './safetensors.ts';
import { badWeights } from './safetensorsHeader.ts';
import { weightPaths } from './weightPaths.ts';

/** What old checkpoints store beside the weights: causal masks, and the frequencies of rotations. */
const buffers = /\.attn\.(bias|masked_bias)$|\.rotary_emb\.inv_freq$/;
const outputHead = 'lm_head.weight';

/** A tensor in one of the folder's files. */
interface Stored {
  readonly file: SafetensorsFile;
  readonly name: string;
}

/**
 * Reads all the parameters of a model, from one file or several. Names may lack the family's prefix,
 * as those of a trunk saved without a head do. Nothing is allocated before the files' headers have
 * been found to hold all of it; then one tensor after another is read to its place.
 *
 * @throws InstructError `bad-model` naming the file and the tensor that is missing, of another shape,
 * not finite, or not part of the model; `out-of-memory`.
 */
export async function loadParameters(
  folder: string,
  config: ModelConfig,
  head: HeadKind,
): Promise<ParameterBuffer> {
  const shapes = modelParameters(config, head);
  const files: SafetensorsFile[] = [];
  try {
    for (const path of await weightPaths(folder)) files.push(await SafetensorsFile.open(path));
    const { found, tiedHeads } = findTensors(files, config, head, shapes);
    const parameters = allocate(shapes, folder);
    for (const [name, { file, name: stored }] of found) {
      const view = await file.read(stored, parameters.view(name));
      if (view.every(Number.isFinite)) continue;
      const message = `tensor "${stored}" has a number that is not finite`;
      throw badWeights(file.path, message, 'Train or download the model again.', stored);
    }
    const table = parameters.view(familyOf(config).tokenTable);
    for (const file of tiedHeads) await checkTied(file, table);
    return parameters;
  } finally {
    for (const file of files) await file.close();
  }
}

/** Where each parameter stands, and the files that store the embeddings once more as a head. */
function findTensors(
  files: readonly SafetensorsFile[],
  config: ModelConfig,
  head: HeadKind,
  shapes: readonly ParameterShape[],
): { found: ReadonlyMap<string, Stored>; tiedHeads: readonly SafetensorsFile[] } {
  const { prefix } = familyOf(config);
  const wanted = new Map(shapes.map(({ name, shape }) => [name, shape]));
  const found = new Map<string, Stored>();
  const tiedHeads: SafetensorsFile[] = [];
  for (const file of files) {
    for (const { name, shape } of file.header.tensors.values()) {
      const known = [name, prefix + name].find((each) => wanted.has(each));
      if (known !== undefined) {
        if (found.has(known)) {
          throw badWeights(file.path, `tensor "${name}" was there before`, undefined, name);
        }
        checkShape(file, name, shape, wanted.get(known) ?? []);
        found.set(known, { file, name });
      } else if (name === outputHead && head === 'language') {
        tiedHeads.push(file);
      } else if (!buffers.test(name)) {
        const message = `tensor "${name}" is no part of the model that config.json describes`;
        throw badWeights(file.path, message, belongingRemedy, name);
      }
    }
  }
  const missing = shapes.find(({ name }) => !found.has(name))?.name;
  if (missing === undefined) return { found, tiedHeads };
  throw badWeights(files[0].path, `has no tensor "${missing}"`, belongingRemedy, missing);
}

const belongingRemedy = 'Use the config.json and the weights that belong to each other.';

function checkShape(
  { path }: SafetensorsFile,
  name: string,
  shape: readonly number[],
  wanted: readonly number[],
): void {
  if (shape.join() === wanted.join()) return;
  const message = `tensor "${name}" has shape [${shape.join(', ')}] instead of [${wanted.join(', ')}]`;
  throw badWeights(path, message, belongingRemedy, name);
}

function allocate(shapes: readonly ParameterShape[], folder: string): ParameterBuffer {
  try {
    return new ParameterBuffer(shapes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new InstructError(
      {
        code: 'out-of-memory',
        message: `${folder}: too little memory for the weights of the model.`,
        remedy: 'Close other programs, or use a smaller model.',
        place: { path: folder },
      },
      { cause },
    );
  }
}

/** Another head than the embeddings is another model than config.json says. */
async function checkTied(file: SafetensorsFile, table: Float32Array): Promise<void> {
  if (await file.holds(outputHead, table)) return;
  const message = `tensor "${outputHead}" differs from the embeddings, but config.json ties the head to them`;
  throw badWeights(file.path, message, belongingRemedy, outputHead);
}
