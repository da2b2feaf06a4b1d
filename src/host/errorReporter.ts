/** Turns anything thrown into a sentence for the user, with its remedy as a button. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { toErrorData, type ErrorCode, type ErrorData, type Place } from '../protocol/errors.ts';
import { projectFileName } from '../protocol/project.ts';
import { RemedyError } from './remedyError.ts';

interface RemedyAction {
  readonly label: string;
  readonly run: (place: Place | undefined) => Thenable<unknown>;
}

const command = (label: string, id: string): RemedyAction => ({
  label,
  run: () => vscode.commands.executeCommand(id),
});

/** See the file's header. */
export class ErrorReporter {
  private readonly log: vscode.LogOutputChannel;
  private readonly projectPath: () => string | undefined;
  private readonly actions: Readonly<Record<ErrorCode, RemedyAction | null>>;
  /** The last sentence and when it was shown: a failure that repeats is shown once. */
  private last = { message: '', at: 0 };

  constructor(log: vscode.LogOutputChannel, projectPath: () => string | undefined) {
    this.log = log;
    this.projectPath = projectPath;
    const openPlace: RemedyAction = {
      label: l10n.t('Open File'),
      run: (place) => this.open(place),
    };
    const showLog: RemedyAction = {
      label: l10n.t('Show Log'),
      run: () => {
        this.log.show(true);
        return Promise.resolve();
      },
    };
    const openProjectFile: RemedyAction = {
      label: l10n.t`Open ${projectFileName}`,
      run: (place) => this.open(place ?? { path: projectFileName }),
    };
    this.actions = {
      'not-a-project': command(l10n.t('Create Sample Project…'), 'instruct.createSampleProject'),
      'bad-project-file': openProjectFile,
      'bad-record': openPlace,
      'bad-hyperparameter': openProjectFile,
      'bad-argument': null,
      'bad-model': null,
      'bad-tokenizer': null,
      'bad-run': null,
      'run-too-new': null,
      'run-is-live': command(l10n.t('Open Run'), 'instruct.openRun'),
      'missing-file': null,
      'missing-completion': openPlace,
      'empty-dataset': command(l10n.t('Write Demonstration'), 'instruct.writeDemonstration'),
      'disk-full': null,
      'io-failed': null,
      'out-of-memory': openProjectFile,
      'not-a-number': openProjectFile,
      'native-runtime-missing': showLog,
      'no-gpu': openProjectFile,
      interrupted: showLog,
      internal: showLog,
    };
  }

  /** Writes it to the log only. */
  readonly note = (thrown: unknown): void => {
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.log.error(stack);
  };

  /** Writes it to the log and shows it. */
  readonly report = (thrown: unknown): void => {
    this.note(thrown);
    const action =
      thrown instanceof RemedyError
        ? command(thrown.action.label, thrown.action.command)
        : undefined;
    this.show(toErrorData(thrown), action);
  };

  private show(error: ErrorData, own: RemedyAction | undefined): void {
    const now = Date.now();
    const repeated = this.last.message === error.message && now - this.last.at < 5000;
    this.last = { message: error.message, at: now };
    if (repeated) return;
    const action = own ?? this.actions[error.code];
    const shown = async (): Promise<void> => {
      const text = `${sentence(error.message)} ${error.remedy}`;
      const buttons = action === null ? [] : [action.label];
      const chosen = await vscode.window.showErrorMessage(text, ...buttons);
      if (chosen !== undefined) await action?.run(error.place);
    };
    shown().catch(this.note);
  }

  private async open(place: Place | undefined): Promise<void> {
    if (place === undefined) return;
    const file = path.resolve(this.projectPath() ?? '', place.path);
    const line = Math.max(0, (place.line ?? 1) - 1);
    const column = Math.max(0, (place.column ?? 1) - 1);
    await vscode.window.showTextDocument(vscode.Uri.file(file), {
      selection: new vscode.Range(line, column, line, column),
    });
  }
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
