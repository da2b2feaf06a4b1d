/** Runs one run folder in this process, from its first event to the exit status. */
import { join, relative } from 'node:path';
import type { RunEvent } from '../protocol/run.ts';
import { driveRun } from './driver.ts';
import type { RunEnd, Surroundings, WorkMaker } from './runContext.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { printError } from './printError.ts';
import { listenToProcess } from './processSignals.ts';
import { ProgressBar } from './progressBar.ts';
import { runsFolderName, type Run } from './runFolder.ts';
import type { Terminal } from './terminal.ts';

/** How a run is shown and how often it is saved. */
export interface RunOptions extends Pick<
  Surroundings,
  'checkpointEverySeconds' | 'checkpointEverySteps'
> {
  /** Events as JSON lines on standard output instead of a progress bar. */
  readonly json: boolean;
  /** Wait while another run of the project is at work on the device. */
  readonly queue?: boolean;
  /** The run's folder is removed afterwards: nobody is told how to go on with it. */
  readonly passing?: boolean;
}

/** The status with which a process ends after a run. */
export function exitCodeOf(end: RunEnd): ExitCode {
  if (end.outcome === 'finished') return exitCodes.ok;
  return end.outcome === 'stopped' ? exitCodes.stopped : exitCodes.failed;
}

/**
 * Drives a run and shows it. With `json`, each event is a line with the run's id as `run`, and the
 * last line has `"type":"end"` with the outcome. `watch` is told every event too.
 */
export async function runInProcess(
  run: Run,
  makeWork: WorkMaker,
  options: RunOptions,
  terminal: Terminal,
  watch: (run: Run, event: RunEvent) => void = () => undefined,
): Promise<RunEnd> {
  const signals = listenToProcess();
  const bar = new ProgressBar(terminal.progress, Date.now);
  try {
    const end = await driveRun(run, makeWork, {
      clock: Date.now,
      stopSignal: signals.stopSignal,
      crashSignal: signals.crashSignal,
      checkpointEverySeconds: options.checkpointEverySeconds,
      checkpointEverySteps: options.checkpointEverySteps,
      queueFolder:
        options.queue === true ? join(run.project, runsFolderName, '.queue', 'cpu') : undefined,
      listen: (eventRun, event) => {
        watch(eventRun, event);
        const { id } = eventRun.spec;
        if (options.json) terminal.print(JSON.stringify({ run: id, ...event }));
        else bar.apply(id, event);
      },
    });
    bar.end();
    showEnd(run, end, options, terminal);
    return end;
  } finally {
    signals.dispose();
  }
}

function showEnd(run: Run, end: RunEnd, options: RunOptions, terminal: Terminal): void {
  const folder = relative(run.project, run.folder).replaceAll('\\', '/');
  if (options.json) {
    const result =
      end.outcome === 'finished'
        ? { model: end.view.finished?.model, summary: end.view.finished?.summary }
        : end.outcome === 'failed'
          ? { error: end.error }
          : {};
    const line = { type: 'end', run: run.spec.id, folder, outcome: end.outcome, ...result };
    terminal.print(JSON.stringify(line));
    return;
  }
  if (end.outcome === 'failed') printError(end.error, terminal);
  if (end.outcome === 'stopped' && options.passing !== true) {
    terminal.progress.write(`Go on with: instruct-studio run ${run.folder}\n`);
  }
}
