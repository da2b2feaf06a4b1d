/** Says that a run has ended, where nobody can have seen it. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { showNotice } from '../notice.ts';
import { keyFigures } from '../views/runNodes.ts';
import { stageLabels } from '../views/stageLabels.ts';
import type { Run } from './run.ts';

/** What the notifier may do. */
export interface NotifierActions {
  readonly openRun: (runId: string) => Thenable<unknown>;
  readonly showLog: (runId: string) => Thenable<unknown>;
  readonly resume: (runId: string) => Thenable<unknown>;
  readonly onError: (thrown: unknown) => void;
}

/**
 * Notifies of a run's end: when it failed or was interrupted, and when it finished while the window
 * was not focused. Once a run; switched off by `instruct.runs.notifyWhenDone`.
 */
export class RunEndNotifier {
  private readonly actions: NotifierActions;

  constructor(actions: NotifierActions) {
    this.actions = actions;
  }

  /** A run has ended just now. */
  ended(run: Run): void {
    const { spec, state } = run;
    if (spec === undefined) return;
    if (state === 'interrupted') {
      // A process that was only slow to beat is at work again by then.
      setTimeout(() => {
        if (run.state !== 'interrupted') return;
        void this.failed(run, stageLabels[spec.stage]).catch(this.actions.onError);
      }, settleMs).unref();
    } else if (state === 'failed') {
      void this.failed(run, stageLabels[spec.stage]).catch(this.actions.onError);
    } else if (state === 'finished' && !vscode.window.state.focused) {
      void this.finished(run, stageLabels[spec.stage]).catch(this.actions.onError);
    }
  }

  private async failed(run: Run, stage: string): Promise<void> {
    const { error } = run.view;
    const text =
      error === undefined
        ? l10n.t`${stage} was interrupted: its process is gone. It can go on from its last checkpoint.`
        : l10n.t`${stage} failed. ${error.message} ${error.remedy}`;
    const actions = {
      [l10n.t('Open Run')]: () => this.actions.openRun(run.id),
      [l10n.t('Show Log')]: () => this.actions.showLog(run.id),
      [l10n.t('Resume')]: () => this.actions.resume(run.id),
    };
    await showNotice({ kind: 'error', text, actions, silencedBy });
  }

  private async finished(run: Run, stage: string): Promise<void> {
    const figures = run.spec === undefined ? [] : keyFigures(run.view, run.spec.stage);
    const text = [l10n.t`${stage} has finished`, ...figures].join(' · ');
    const actions = { [l10n.t('Open Run')]: () => this.actions.openRun(run.id) };
    await showNotice({ kind: 'information', text, actions, silencedBy });
  }
}

const settleMs = 2000;
const silencedBy = { setting: 'runs.notifyWhenDone', value: false };
