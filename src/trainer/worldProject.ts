/** A fresh project of the embedded world: prompts of all splits and the labelers' demonstrations. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../data/index.ts';
import { projectFileName, projectFormat } from '../protocol/project.ts';
import type { Demonstration } from '../protocol/records.ts';
import { almanac, createWorld, demonstrate, labelers, makePrompts } from '../world/index.ts';
import { assetPath } from './assets.ts';
import { writeJsonAtomic } from './atomicFile.ts';
import { baseModelFolder, mergeRecordsByLine, refuseToOverwrite } from './projectFolder.ts';

/** How many records a world project has. */
export interface WorldProjectSize {
  readonly seed: number;
  /** Prompts of each split. */
  readonly train: number;
  readonly valid: number;
  readonly test: number;
  /** Prompts of the train split that have a demonstration; those of the valid split all have one. */
  readonly demonstrations: number;
}

/**
 * Writes the project, with a copy of the base model in the folder `model`; the embedded one when
 * absent. Equal sizes and seeds give equal files.
 * @throws InstructError `bad-argument` when the folder holds something that would be overwritten.
 */
export function createWorldProject(folder: string, size: WorldProjectSize, model?: string): void {
  refuseToOverwrite(folder, [projectFileName, 'prompts', 'demonstrations', baseModelFolder]);
  const source = model ?? assetPath('base-model');
  const world = createWorld();
  const prompts = makePrompts(world, size);
  const random = new Random(`demonstrations ${size.seed}`);
  const train = prompts.filter(({ split }) => split === 'train').slice(0, size.demonstrations);
  const valid = prompts.filter(({ split }) => split === 'valid');
  const demonstrations = new Map<string, Demonstration[]>();
  for (const prompt of [...train, ...valid]) {
    const labeler = random.pick(labelers);
    const own = demonstrations.get(labeler.name) ?? [];
    demonstrations.set(labeler.name, own);
    own.push({
      id: `demonstration-${prompt.id}`,
      promptId: prompt.id,
      completion: demonstrate(world, prompt, labeler, random),
      labeler: labeler.name,
    });
  }
  writeRecords(folder, 'prompts/world.jsonl', prompts);
  for (const [name, own] of demonstrations) {
    writeRecords(folder, `demonstrations/${name}.jsonl`, own);
  }
  // People who label the prompts by hand look up here what is true.
  writeFileSync(join(folder, 'almanac.md'), almanac(world));
  cpSync(source, join(folder, baseModelFolder), { recursive: true });
  mergeRecordsByLine(folder);
  writeJsonAtomic(join(folder, projectFileName), {
    format: projectFormat,
    name: `World ${size.seed}`,
    models: { base: baseModelFolder },
  });
}

function writeRecords(folder: string, file: string, records: readonly unknown[]): void {
  const path = join(folder, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
