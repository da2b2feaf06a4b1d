/** `instruct-studio run`: runs a run folder, or goes on with it. The editor's processes are these. */
import { commonOptions, type Command } from './command.ts';
import type { OptionSpecs } from './commandLine.ts';
import { exitCodeOf, runInProcess, type RunOptions } from './processRun.ts';
import { readRun } from './runFolder.ts';
import type { Arguments } from './commandLine.ts';
import { makeStageWork } from './stageWork.ts';

/** How often a run is saved; every command that runs one has these. */
export const checkpointOptions = {
  'checkpoint-seconds': {
    value: 'N',
    description: 'Seconds between checkpoints; 30 when absent.',
  },
  'checkpoint-steps': {
    value: 'N',
    description: 'Also a checkpoint after every N steps.',
  },
} satisfies OptionSpecs;

/** Reads {@link checkpointOptions} and `--json`. */
export function runOptions(args: Arguments): RunOptions {
  return {
    checkpointEverySeconds: args.integer('checkpoint-seconds', 0) ?? 30,
    checkpointEverySteps: args.integer('checkpoint-steps', 1) ?? 0,
    json: args.has('json'),
  };
}

/** See the file's header. */
export const runCommand: Command = {
  name: 'run',
  trains: true,
  summary: 'Start a run folder, or go on with it from its last checkpoint',
  positionals: ['FOLDER'],
  required: true,
  options: { ...checkpointOptions, ...commonOptions },
  stages: [],
  async run(args, terminal) {
    const run = readRun(args.positionals[0]);
    return exitCodeOf(await runInProcess(run, makeStageWork, runOptions(args), terminal));
  },
};
