/** Starts trainer processes: the only place of the host that knows their command line. */
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import type * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import { runFiles, type Stage } from '../../protocol/run.ts';
import {
  createReplySchema,
  estimateReplySchema,
  reportReplySchema,
  type EstimatedStage,
  type EstimateReply,
} from '../../protocol/trainerCommand.ts';
import { giveWay } from './giveWay.ts';

/** What a new run is to do, beyond the defaults of `instruct.json`. */
export type NewRun =
  | {
      readonly stage: Stage;
      /** Further arguments of the command line, such as `['--set', 'epochs=2']`. */
      readonly options: readonly string[];
    }
  | {
      /** Absolute path of a `*.run.json`. */
      readonly file: string;
    };

/** A process that works on a run folder. It outlives this one. */
export interface LaunchedRun {
  readonly pid: number | undefined;
  /** Its exit code, null for a signal; never settles when this process ends first. */
  readonly exited: Promise<number | null>;
}

/** Makes run folders and starts processes on them. */
export interface TrainerLauncher {
  /**
   * Checks everything and writes `runs/<id>/run.json`, without starting.
   * @throws InstructError as the trainer put it, or `internal`.
   */
  create(projectPath: string, run: NewRun): Promise<string>;
  /**
   * Fills an empty or missing folder with the sample project.
   * @throws InstructError as the trainer put it, or `internal`.
   */
  initialize(folder: string): Promise<void>;
  /**
   * Writes the report of a finished evaluation, or how it compares with an earlier one.
   * Resolves with the absolute paths of the files.
   * @throws InstructError as the trainer put it, or `internal`.
   */
  report(projectPath: string, runId: string, against?: string): Promise<readonly string[]>;
  /**
   * The memory that a new run will take, and why it is refused where that is too much.
   * @throws InstructError as the trainer put it, or `internal`.
   */
  estimate(
    projectPath: string,
    stage: EstimatedStage,
    options: readonly string[],
  ): Promise<EstimateReply>;
  /** Starts a detached process on a run folder, with no pipe to this one. */
  launch(runFolder: string): LaunchedRun;
}

/** A program and how to start it as plain Node. */
export interface NodeProgram {
  /** Node, or the editor's own executable. */
  readonly executable: string;
  /** Absolute path of `trainer.mjs`. */
  readonly script: string;
}

/** The environment in which the editor's executable behaves as plain Node. */
export function nodeEnvironment(base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...base, ELECTRON_RUN_AS_NODE: '1' };
  delete environment['NODE_OPTIONS']; // the editor's own, such as a debugger to wait for
  for (const key of Object.keys(environment)) {
    if (key.startsWith('VSCODE_')) Reflect.deleteProperty(environment, key);
  }
  return environment;
}

/** The launcher that starts real processes. `program` is asked each time: it may be a setting. */
export class ProcessLauncher implements TrainerLauncher {
  private readonly program: () => NodeProgram;

  constructor(program: () => NodeProgram) {
    this.program = program;
  }

  async create(projectPath: string, run: NewRun): Promise<string> {
    const what = 'file' in run ? ['run', run.file] : [run.stage, ...run.options];
    const argv = [...what, '--project', projectPath, '--create-only', '--json'];
    const output = await runToEnd(this.program(), argv);
    const reply = lastReply(output.stdout, createReplySchema);
    if (reply === undefined) throw notStarted(output);
    if ('error' in reply) throw new InstructError(reply.error);
    return reply.run;
  }

  async initialize(folder: string): Promise<void> {
    const output = await runToEnd(this.program(), ['init', folder, '--json']);
    const reply = lastReply(output.stdout, createReplySchema);
    if (reply !== undefined && 'error' in reply) throw new InstructError(reply.error);
    if (output.exitCode !== 0) throw notStarted(output);
  }

  async report(projectPath: string, runId: string, against?: string): Promise<readonly string[]> {
    const argv = ['report', runId, '--project', projectPath, '--json'];
    const compared = against === undefined ? [] : ['--against', against];
    const output = await runToEnd(this.program(), [...argv, ...compared]);
    const reply = lastReply(output.stdout, reportReplySchema);
    if (reply === undefined) throw notStarted(output);
    if ('error' in reply) throw new InstructError(reply.error);
    return reply.files;
  }

  async estimate(
    projectPath: string,
    stage: EstimatedStage,
    options: readonly string[],
  ): Promise<EstimateReply> {
    const argv = ['estimate', stage, ...options, '--project', projectPath, '--json'];
    const output = await runToEnd(this.program(), argv);
    const reply = lastReply(output.stdout, estimateReplySchema);
    if (reply === undefined) throw notStarted(output);
    if ('error' in reply) throw new InstructError(reply.error);
    return reply;
  }

  launch(runFolder: string): LaunchedRun {
    const { executable, script } = this.program();
    const log = openSync(path.join(runFolder, runFiles.log), 'a');
    try {
      const child = spawn(executable, [script, 'run', runFolder, '--queue'], {
        cwd: runFolder,
        detached: true,
        stdio: ['ignore', log, log],
        windowsHide: true,
        env: nodeEnvironment(process.env),
      });
      const exited = new Promise<number | null>((resolve) => {
        child.on('exit', resolve);
        child.on('error', () => resolve(127));
      });
      giveWay(child.pid);
      child.unref();
      return { pid: child.pid, exited };
    } finally {
      closeSync(log);
    }
  }
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when the program did not start at all. */
  readonly exitCode: number | null;
}

function runToEnd(program: NodeProgram, argv: readonly string[]): Promise<Output> {
  return new Promise((resolve) => {
    const options = { env: nodeEnvironment(process.env), windowsHide: true, timeout: 60_000 };
    const child = execFile(
      program.executable,
      [program.script, ...argv],
      options,
      (error, stdout, stderr) => {
        const said = stderr === '' && error !== null ? error.message : stderr;
        resolve({ stdout, stderr: said, exitCode: child.exitCode });
      },
    );
  });
}

function notStarted({ stderr }: Output): InstructError {
  const words = lastLine(stderr);
  return new InstructError({
    code: 'internal',
    message:
      words === undefined
        ? l10n.t('The trainer could not do it: it said nothing')
        : l10n.t`The trainer could not do it: ${words}`,
    remedy: l10n.t(
      'Look at the log of Instruct Studio, and check the setting "instruct.trainer.nodePath".',
    ),
  });
}

function lastReply<T>(stdout: string, schema: z.ZodType<T>): T | undefined {
  const line = lastLine(stdout);
  if (line === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // no JSON: the caller reports what the process said instead
  }
}

function lastLine(text: string): string | undefined {
  return text
    .trimEnd()
    .split('\n')
    .findLast((line) => line.trim() !== '');
}
