/**
 * Where a run's pre-training text comes from: the text files of the project's `pretraining` folder, or
 * the web of the embedded world where the project's prompts are of it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Dataset } from '../../data/index.ts';
import type { DrawDocument } from '../../ml/rlhf/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { createWorld, isWorldPrompt, webDocument } from '../../world/index.ts';
import type { WorkContext } from '../runContext.ts';

/** The folder of a project that holds its pre-training text: `*.txt`, documents parted by blank lines. */
export const pretrainingFolder = 'pretraining';

/**
 * Draws documents uniformly. The files are part of what decides a run: a resumed run must find them
 * as they were.
 * @throws InstructError `empty-dataset` when the project has no such text.
 */
export async function pretrainingText({ run }: WorkContext): Promise<DrawDocument> {
  const documents = await documentsOf(join(run.project, pretrainingFolder));
  if (documents.length > 0) return (random) => documents[random.integer(documents.length)];
  if (await isOfTheWorld(run.project)) {
    const world = createWorld();
    return (random) => webDocument(world, random);
  }
  throw new InstructError({
    code: 'empty-dataset',
    message: `${run.spec.id}: the project has no pre-training text.`,
    remedy: `Put .txt files with documents parted by blank lines into "${pretrainingFolder}/", or set the weight of pre-training text to 0.`,
    place: { path: pretrainingFolder },
  });
}

async function documentsOf(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  const texts = await Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => text.split(/\n\s*\n/))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

async function isOfTheWorld(project: string): Promise<boolean> {
  const dataset = await Dataset.open(project);
  for (const entry of dataset.entries('prompts')) {
    const { record } = await dataset.readRecord<'prompts'>('prompts', entry);
    return isWorldPrompt(record);
  }
  return false;
}
