/** Making a project folder. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InstructError } from '../protocol/errors.ts';
import { projectFileName, projectFormat } from '../protocol/project.ts';
import { recordKinds } from '../protocol/records.ts';
import { assetPath } from './assets.ts';
import { writeJsonAtomic } from './atomicFile.ts';

/** Where a project keeps the model that everything starts from. */
export const baseModelFolder = 'models/base';

/** @throws InstructError `bad-argument` naming the first of the files that stands already. */
export function refuseToOverwrite(folder: string, names: readonly string[]): void {
  const standing = names.find((name) => existsSync(join(folder, name)));
  if (standing === undefined) return;
  const path = join(folder, standing);
  throw new InstructError({
    code: 'bad-argument',
    message: `${path}: stands already, and nothing is overwritten.`,
    remedy: 'Choose an empty folder, or one that does not exist yet.',
    place: { path },
  });
}

/**
 * Tells git that records are lines: where two labelers' branches added some to the same file, a
 * merge keeps those of both. A `.gitattributes` that stands is left as it is.
 */
export function mergeRecordsByLine(folder: string): void {
  const path = join(folder, '.gitattributes');
  if (existsSync(path)) return;
  writeFileSync(path, recordKinds.map((kind) => `${kind}/*.jsonl merge=union\n`).join(''));
}

/**
 * Makes a project without records, with the embedded model where the folder has none. The project
 * file comes last, since a folder without it is no project.
 */
export function createEmptyProject(folder: string, name: string): void {
  refuseToOverwrite(folder, [projectFileName]);
  mkdirSync(join(folder, 'models'), { recursive: true });
  const model = join(folder, baseModelFolder);
  if (!existsSync(model)) cpSync(assetPath('base-model'), model, { recursive: true });
  mergeRecordsByLine(folder);
  writeJsonAtomic(join(folder, projectFileName), {
    format: projectFormat,
    name: name === '' ? 'Imported' : name,
    models: { base: baseModelFolder },
  });
}
