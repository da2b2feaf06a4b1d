/** One item in the status bar: the run that is at work. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Run } from './run.ts';
import { runStatus } from '../views/runNodes.ts';

/** Hidden while nothing runs; a click opens the run. */
export class RunStatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;

  constructor() {
    this.item = vscode.window.createStatusBarItem(
      'instruct.run',
      vscode.StatusBarAlignment.Left,
      10,
    );
    this.item.name = l10n.t('Instruct Run');
  }

  /** Shows the newest of the live runs. */
  update(live: readonly Run[]): void {
    const status = runStatus(live);
    if (status === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = status.text;
    this.item.tooltip = status.tooltip;
    this.item.accessibilityInformation = { label: status.spoken, role: 'button' };
    this.item.command = {
      command: 'instruct.openRun',
      title: l10n.t('Open Run'),
      arguments: [status.runId],
    };
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}
