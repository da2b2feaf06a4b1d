/** `instruct-studio run`: runs a run folder, or goes on with it. The editor's processes are these. */
import { plannedRunSuffix } from '../protocol/plannedRun.ts';
import { commonOptions, projectOption, type Command } from './command.ts';
import type { OptionSpecs } from './commandLine.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { planFromFile } from './plannedRunFile.ts';
import { exitCodeOf, runInProcess, type RunOptions } from './processRun.ts';
import { readRun, type Run } from './runFolder.ts';
import type { Arguments } from './commandLine.ts';
import { makeStageWork } from './stageWork.ts';
import type { Terminal } from './terminal.ts';

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
  queue: { description: 'Wait while another run of the project is at work.' },
} satisfies OptionSpecs;

/** Reads {@link checkpointOptions} and `--json`. */
export function runOptions(args: Arguments): RunOptions {
  return {
    checkpointEverySeconds: args.integer('checkpoint-seconds', 0) ?? 30,
    checkpointEverySteps: args.integer('checkpoint-steps', 1) ?? 0,
    json: args.has('json'),
    queue: args.has('queue'),
  };
}

/** Every command that makes a run has it; the editor asks for runs in this way. */
export const createOnlyOption = {
  'create-only': {
    description: 'Make the run folder and print its id, without running; see "run".',
  },
} satisfies OptionSpecs;

/** Runs a run that was just made, or with `--create-only` prints its id. */
export async function runOrCreate(
  run: Run,
  args: Arguments,
  terminal: Terminal,
): Promise<ExitCode> {
  if (args.has('create-only')) {
    terminal.print(args.has('json') ? JSON.stringify({ run: run.spec.id }) : run.spec.id);
    return exitCodes.ok;
  }
  return exitCodeOf(await runInProcess(run, makeStageWork, runOptions(args), terminal));
}

/** See the file's header. */
export const runCommand: Command = {
  name: 'run',
  trains: true,
  summary: 'Start a run folder or a *.run.json file, or go on from the last checkpoint',
  positionals: ['FOLDER|FILE'],
  required: true,
  options: { ...projectOption, ...createOnlyOption, ...checkpointOptions, ...commonOptions },
  stages: [],
  async run(args, terminal) {
    const [what] = args.positionals;
    if (what.endsWith(plannedRunSuffix)) {
      return runOrCreate(await planFromFile(what, args, Date.now()), args, terminal);
    }
    return exitCodeOf(await runInProcess(readRun(what), makeStageWork, runOptions(args), terminal));
  },
};
