/** Taking a model into a project: from a folder, or from the hub. It stands whole or not at all. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import {
  loadLanguageModel,
  loadRewardModel,
  parseConfig,
  type ModelConfig,
} from '../../ml/models/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { modelSourceFile, type AddedModel, type ModelSource } from '../../protocol/addModel.ts';
import { writeJsonAtomic } from '../atomicFile.ts';
import { download } from './download.ts';
import { ask, type HubAccess, type HubModel } from './hub.ts';
import { belongsToModel } from './modelFiles.ts';

/** The folder of a project that holds models that were brought along. */
const modelsFolder = 'models';

/**
 * Copies a Hugging Face folder into the project, once it has been read whole.
 * @throws InstructError as the models' reader puts it, or `bad-argument` where the name is taken.
 */
export async function addFromFolder(
  project: string,
  folder: string,
  name: string,
): Promise<AddedModel> {
  const target = freeFolder(project, name);
  const checked = await checkModel(folder);
  const temporary = beside(target, `${process.pid}.tmp`);
  mkdirSync(temporary, { recursive: true });
  try {
    for (const file of readdirSync(folder)) {
      if (belongsToModel(file)) copyFileSync(join(folder, file), join(temporary, file));
    }
    if (existsSync(join(folder, 'adapter'))) {
      cpSync(join(folder, 'adapter'), join(temporary, 'adapter'), { recursive: true });
    }
    const licence = licenceOfCard(temporary);
    const source: ModelSource = { from: basename(folder), licence };
    writeJsonAtomic(join(temporary, modelSourceFile), source);
    renameSync(temporary, target);
    return { ...checked, ...described(target, name), licence };
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Whether this build knows the model's architecture: asked before anything large is fetched. */
export async function checkArchitecture(model: HubModel, access: HubAccess): Promise<ModelConfig> {
  const file = model.files.find(({ path }) => path === 'config.json');
  const url = file?.url ?? '';
  const response = file === undefined ? null : await ask(url, access);
  if (response?.ok !== true) {
    throw new InstructError({
      code: 'bad-model',
      message: `${model.id} has no config.json that can be read.`,
      remedy: 'Choose a model folder that transformers can open.',
    });
  }
  return parseConfig(await response.text(), `${model.id}/config.json`).config;
}

/**
 * Fetches a model into the project. What has arrived is kept until it is whole, so that doing the
 * same again goes on; it takes its name only after it has been read.
 */
export async function addFromHub(
  project: string,
  model: HubModel,
  name: string,
  access: HubAccess,
  progress: (path: string, bytes: number, of: number) => void,
): Promise<AddedModel> {
  const target = freeFolder(project, name);
  const partial = beside(target, 'download');
  const marker = join(partial, 'revision.json');
  const wanted = { endpoint: access.endpoint, id: model.id, revision: model.revision };
  if (existsSync(partial) && !isOf(marker, wanted)) rmSync(partial, { recursive: true });
  mkdirSync(partial, { recursive: true });
  writeJsonAtomic(marker, wanted);
  expectRoom(partial, model);
  let before = 0;
  for (const file of model.files) {
    const done = before;
    await download(file, join(partial, file.path), access, (bytes) => {
      progress(file.path, done + bytes, model.bytes);
    });
    before += file.bytes;
  }
  const checked = await checkModel(partial);
  rmSync(marker);
  const source: ModelSource = {
    from: `${access.endpoint}/${model.id}`,
    revision: model.revision,
    licence: model.licence,
  };
  writeJsonAtomic(join(partial, modelSourceFile), source);
  renameSync(partial, target);
  return { ...checked, ...described(target, name), licence: model.licence };
}

/** Reads the model whole, as a run would. */
async function checkModel(folder: string): Promise<Pick<AddedModel, 'kind' | 'parameters'>> {
  const path = join(folder, 'config.json');
  const isReward =
    existsSync(path) && parseConfig(readFileSync(path, 'utf8'), path).head === 'scalar';
  const { parameters } = await (isReward ? loadRewardModel(folder) : loadLanguageModel(folder));
  const count = parameters.entries.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  return { kind: isReward ? 'reward' : 'language', parameters: count };
}

function described(target: string, name: string): Pick<AddedModel, 'model' | 'bytes'> {
  const bytes = readdirSync(target).reduce(
    (sum, file) => sum + statSync(join(target, file)).size,
    0,
  );
  return { model: `${modelsFolder}/${name}`, bytes };
}

/** A hidden folder beside one that is to stand whole: no model yet. */
function beside(target: string, what: string): string {
  return join(dirname(target), `.${basename(target)}.${what}`);
}

function freeFolder(project: string, name: string): string {
  if (!/^\w[\w.-]*$/.test(name)) {
    throw new InstructError({
      code: 'bad-argument',
      message: `"${name}" is no name for a model's folder.`,
      remedy: 'Use letters, digits, ".", "-" and "_".',
    });
  }
  const target = join(project, modelsFolder, name);
  if (existsSync(target)) {
    throw new InstructError({
      code: 'bad-argument',
      message: `${modelsFolder}/${name} stands already.`,
      remedy: 'Give another name, or delete that model first.',
      place: { path: target },
    });
  }
  mkdirSync(join(project, modelsFolder), { recursive: true });
  return target;
}

function isOf(marker: string, wanted: object): boolean {
  return (
    existsSync(marker) && readFileSync(marker, 'utf8') === `${JSON.stringify(wanted, null, 2)}\n`
  );
}

function expectRoom(folder: string, { bytes, files }: HubModel): void {
  const { bavail, bsize } = statfsSync(folder);
  const arrived = files.reduce((sum, { path }) => {
    const found = [join(folder, path), join(folder, `${path}.part`)].find((one) => existsSync(one));
    return sum + (found === undefined ? 0 : statSync(found).size);
  }, 0);
  const missing = bytes - arrived;
  if (bavail * bsize > missing) return;
  throw new InstructError({
    code: 'disk-full',
    message: `${megabytes(missing)} are still to come, and ${megabytes(bavail * bsize)} are free.`,
    remedy: 'Make room on the disk, and do the same again.',
    place: { path: folder },
  });
}

/** A size for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** The `license` of a card's front matter. */
function licenceOfCard(folder: string): string | null {
  const path = join(folder, 'README.md');
  if (!existsSync(path)) return null;
  const front = /^---\r?\n([^]*?)\r?\n---/.exec(readFileSync(path, 'utf8'))?.at(1) ?? '';
  const value = /^license:\s*["']?([^"'\r\n]+)/m.exec(front)?.at(1);
  return z.string().min(1).safeParse(value?.trim()).data ?? null;
}
