/** Making and reading `run.json`, the part of a run folder that decides its result. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { InstructError } from '../protocol/errors.ts';
import { runFiles, runFormat, runSpecSchema, type RunSpec, type Stage } from '../protocol/run.ts';
import { writeJsonAtomic } from './atomicFile.ts';

/** The folder of a project that holds its runs. */
export const runsFolderName = 'runs';

/** A run folder and what it is to do. */
export interface Run {
  /** Absolute path of the project. */
  readonly project: string;
  /** Absolute path of the run folder. */
  readonly folder: string;
  readonly spec: RunSpec;
}

/** A readable name for a new run: the stage, the time in UTC and four random characters. */
export function newRunId(stage: Stage, now: number): string {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${stage}-${time}-${randomBytes(2).toString('hex')}`;
}

/**
 * Makes `runs/<id>/` with its `run.json`. The folder either stands complete or not at all.
 * @throws InstructError `bad-run` when a run with this id stands already.
 */
export function createRun(project: string, spec: RunSpec): Run {
  const folder = join(project, runsFolderName, spec.id);
  if (existsSync(join(folder, runFiles.spec))) {
    throw new InstructError({
      code: 'bad-run',
      message: `${folder}: a run with this id stands already.`,
      remedy: 'Choose another id, or resume the run.',
      place: { path: folder },
    });
  }
  mkdirSync(join(folder, runFiles.control), { recursive: true });
  writeJsonAtomic(join(folder, runFiles.spec), runSpecSchema.parse(spec));
  return { project, folder, spec };
}

/**
 * Reads a run folder. Its project is the folder two levels up.
 * @throws InstructError `missing-file`, `run-too-new` or `bad-run`, naming the file.
 */
export function readRun(path: string): Run {
  const folder = resolve(path);
  const file = join(folder, runFiles.spec);
  if (!existsSync(file)) {
    throw new InstructError({
      code: 'missing-file',
      message: `${file}: there is no such file.`,
      remedy: 'Give the folder of a run: one that lies in "runs" of a project.',
      place: { path: file },
    });
  }
  const spec = readSpec(file);
  if (spec.id !== basename(folder)) {
    throw badRun(file, `"id" is "${spec.id}", but the folder is called "${basename(folder)}"`);
  }
  return { project: dirname(dirname(folder)), folder, spec };
}

/** The runs of a project, by id, oldest first. Folders that hold no readable run are left out. */
export function listRuns(project: string): Run[] {
  const parent = join(project, runsFolderName);
  if (!existsSync(parent)) return [];
  const runs: Run[] = [];
  for (const name of readdirSync(parent)) {
    try {
      runs.push(readRun(join(parent, name)));
    } catch (error) {
      if (!(error instanceof InstructError)) throw error;
    }
  }
  return runs.sort((a, b) => Date.parse(a.spec.created) - Date.parse(b.spec.created));
}

function readSpec(file: string): RunSpec {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRun(file, `it is no JSON: ${error.message}`);
  }
  const version = z.looseObject({ format: z.number() }).safeParse(value).data?.format;
  if (version !== undefined && version > runFormat) {
    throw new InstructError({
      code: 'run-too-new',
      message: `${file}: the run was made in format ${version}, and this version reads up to ${runFormat}.`,
      remedy: 'Update Instruct Studio to go on with this run, or start a new one.',
      place: { path: file, key: 'format' },
    });
  }
  const parsed = runSpecSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRun(file, `"${issue.path.join('.')}": ${issue.message}`, issue.path.join('.'));
}

function badRun(file: string, what: string, key?: string): InstructError {
  return new InstructError({
    code: 'bad-run',
    message: `${file}: ${what}.`,
    remedy: 'Restore the file, or start a new run.',
    place: key === undefined ? { path: file } : { path: file, key },
  });
}
