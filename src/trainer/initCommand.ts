/** `instruct-studio init`: a project with the embedded model, and records to start from. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectFileName } from '../protocol/project.ts';
import { recordKinds } from '../protocol/records.ts';
import { assetPath } from './assets.ts';
import { commonOptions, type Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { baseModelFolder, mergeRecordsByLine, refuseToOverwrite } from './projectFolder.ts';
import { createWorldProject } from './worldProject.ts';

const size = { train: 400, valid: 80, test: 120 };

/** See the file's header. */
export const initCommand: Command = {
  name: 'init',
  summary: 'Make a project with the embedded model and records to start from',
  positionals: ['DIR'],
  required: true,
  options: {
    seed: {
      value: 'N',
      description: 'Draw fresh prompts and demonstrations; the sample project when absent.',
    },
    train: {
      value: 'N',
      description: `With --seed: prompts to train on; ${size.train} when absent.`,
    },
    valid: {
      value: 'N',
      description: `With --seed: prompts to validate on; ${size.valid} when absent.`,
    },
    test: { value: 'N', description: `With --seed: held-out prompts; ${size.test} when absent.` },
    demonstrations: {
      value: 'N',
      description: 'With --seed: prompts to train on that have a demonstration; all when absent.',
    },
    ...commonOptions,
  },
  stages: [],
  notes: 'Existing files are never overwritten.',
  run(args, terminal) {
    const folder = resolve(args.positionals[0]);
    const seed = args.integer('seed', 0);
    const train = args.integer('train', 1) ?? size.train;
    if (seed === undefined) createSampleProject(folder);
    else {
      createWorldProject(folder, {
        seed,
        train,
        valid: args.integer('valid', 0) ?? size.valid,
        test: args.integer('test', 0) ?? size.test,
        demonstrations: args.integer('demonstrations', 0) ?? train,
      });
    }
    if (args.has('json')) terminal.print(JSON.stringify({ project: folder }));
    else terminal.print(`Made a project in ${folder}`);
    return Promise.resolve(exitCodes.ok);
  },
};

/**
 * Copies the sample project and the base model into a folder, which is made where it is missing;
 * `instruct.json` comes last, since a folder without it is no project.
 */
function createSampleProject(folder: string): void {
  refuseToOverwrite(folder, [projectFileName, baseModelFolder, ...recordKinds]);
  const sample = assetPath('sample-project');
  const model = assetPath('base-model');
  const names = readdirSync(sample).filter((name) => name !== projectFileName);
  mkdirSync(join(folder, 'models'), { recursive: true });
  const copy = (from: string, to: string): void => {
    cpSync(from, join(folder, to), { recursive: true, errorOnExist: true, force: false });
  };
  copy(model, baseModelFolder);
  mergeRecordsByLine(folder);
  for (const name of [...names, projectFileName]) copy(join(sample, name), name);
}
