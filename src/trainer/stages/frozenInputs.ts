/**
 * The records of a run as they were when it first started. Labelers go on working while a model is
 * being trained; a run that is resumed must nevertheless see what it saw before. So the examples are
 * written to the run folder once, and read from there ever after.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import { Dataset, digestFiles } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { writeJsonAtomic } from '../atomicFile.ts';
import type { WorkContext } from '../runContext.ts';

const fileName = 'inputs.json';

/**
 * The inputs of a run: from its folder, or else gathered from the project's records and kept there.
 * Warns when the records have changed since the run was made.
 * @throws InstructError `bad-run` when the file in the run folder is damaged.
 */
export async function frozenInputs<T>(
  context: WorkContext,
  schema: z.ZodType<T>,
  gather: (dataset: Dataset) => Promise<T> | T,
): Promise<T> {
  const { run } = context;
  const file = join(run.folder, fileName);
  if (existsSync(file)) return readInputs(file, schema);
  const dataset = await Dataset.open(run.project);
  for (const path of await changedFiles(context)) {
    context.warn('inputs-changed', `${path} has changed since the run was made.`);
  }
  const inputs = await gather(dataset);
  writeJsonAtomic(file, inputs);
  return inputs;
}

async function readInputs<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new InstructError(
      {
        code: 'bad-run',
        message: `${file}: the inputs of the run cannot be read.`,
        remedy: 'Restore the file, or start a new run.',
        place: { path: file },
      },
      { cause },
    );
  }
}

async function changedFiles({ run }: WorkContext): Promise<string[]> {
  const changed: string[] = [];
  for (const { path, sha256 } of run.spec.inputs) {
    const standing = existsSync(join(run.project, path));
    const digest = standing ? (await digestFiles(run.project, [path]))[0].sha256 : null;
    if (digest !== sha256) changed.push(path);
  }
  return changed;
}
