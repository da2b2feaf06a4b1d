/** The terminal of a run that a task started: it follows the detached run, and ends with it. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { toErrorData, type ErrorData } from '../../protocol/errors.ts';
import { runFiles, type RunEvent } from '../../protocol/run.ts';
import { Disposables } from '../disposables.ts';
import type { ProjectService } from '../project/projectService.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { Run } from '../runs/run.ts';
import type { NewRun } from '../runs/trainerLauncher.ts';
import { keyFigures, spokenDuration, stateLabel } from '../views/runNodes.ts';
import { stageLabels } from '../views/stageLabels.ts';
import { problemLine } from './problemLine.ts';

const progressEveryMs = 1000;
const interruptKey = '\u0003';

/**
 * See the file's header. Closing the terminal or the window leaves the run at work; Ctrl+C in it
 * stops the run with a checkpoint. The exit code is 0 for a finished run, 1 for any other end.
 */
export class RunTerminal implements vscode.Pseudoterminal {
  private readonly owned = new Disposables();
  private readonly written = this.owned.add(new vscode.EventEmitter<string>());
  private readonly closed = this.owned.add(new vscode.EventEmitter<number>());
  readonly onDidWrite = this.written.event;
  readonly onDidClose = this.closed.event;
  private readonly projects: ProjectService;
  private readonly runOf: () => NewRun | string;
  private run: Run | undefined;
  private project: ProjectFolder | undefined;
  private shownAt = 0;

  /** `runOf` says what to run, or what is wrong with the task. */
  constructor(projects: ProjectService, runOf: () => NewRun | string) {
    this.projects = projects;
    this.runOf = runOf;
  }

  open(): void {
    this.start().catch((thrown: unknown) => this.fail(toErrorData(thrown)));
  }

  close(): void {
    this.owned.dispose();
  }

  handleInput(text: string): void {
    if (text !== interruptKey || this.run === undefined) return;
    this.line(l10n.t('Stopping after this step…'));
    this.project?.runs.stop(this.run).catch((thrown: unknown) => this.fail(toErrorData(thrown)));
  }

  private async start(): Promise<void> {
    const what = this.runOf();
    if (typeof what === 'string') {
      this.line(what);
      this.closed.fire(1);
      return;
    }
    const project = this.projects.expect();
    this.project = project;
    const run = await project.runs.start(what);
    this.run = run;
    this.line(
      l10n.t`${run.id} is at work; it goes on when this terminal is closed. Ctrl+C stops it.`,
    );
    this.owned.add(
      project.runs.onDidChange(({ run: changed, events }) => {
        if (changed === run) for (const event of events) this.show(event);
      }),
    );
    this.owned.add(
      project.runs.onDidEnd((ended) => {
        if (ended === run) this.end(run);
      }),
    );
    for (const warning of run.view.warnings) this.show(warning);
    if (!project.runs.isLive(run)) this.end(run);
  }

  private show(event: RunEvent): void {
    const { run } = this;
    if (run === undefined) return;
    if (event.type === 'queued') this.line(l10n.t`Waiting for ${event.behind}.`);
    if (event.type === 'warning') {
      this.line(problemLine('warning', { path: this.specOf(run) }, event.message));
    }
    if (event.type !== 'progress' || event.time - this.shownAt < progressEveryMs) return;
    this.shownAt = event.time;
    const left = event.secondsLeft;
    const parts = [
      l10n.t`step ${event.step} of ${event.totalSteps}`,
      ...(run.spec === undefined ? [] : keyFigures(run.view, run.spec.stage)),
      ...(left === undefined ? [] : [l10n.t`${spokenDuration(left)} left`]),
      ...(event.message === undefined ? [] : [event.message]),
    ];
    this.line(parts.join(' · '));
  }

  private end(run: Run): void {
    const { state, view, spec } = run;
    if (view.error !== undefined) {
      this.fail(view.error);
      return;
    }
    const figures = spec === undefined ? [] : keyFigures(view, spec.stage);
    const name = spec === undefined ? run.id : stageLabels[spec.stage];
    this.line([l10n.t`${name} is ${stateLabel(state)}`, ...figures].join(' · '));
    this.closed.fire(state === 'finished' ? 0 : 1);
  }

  private fail({ message, remedy, place }: ErrorData): void {
    const file = this.run === undefined ? 'instruct.json' : this.specOf(this.run);
    this.line(problemLine('error', place ?? { path: file }, `${message} ${remedy}`));
    this.closed.fire(1);
  }

  private specOf(run: Run): string {
    return `runs/${run.id}/${runFiles.spec}`;
  }

  private line(text: string): void {
    this.written.fire(`${text}\r\n`);
  }
}
