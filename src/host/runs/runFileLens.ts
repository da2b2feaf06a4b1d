/** "Run" above a `*.run.json`. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { plannedRunSchema, plannedRunSuffix } from '../../protocol/plannedRun.ts';
import { Disposables } from '../disposables.ts';
import type { ProjectService } from '../project/projectService.ts';
import { stageLabels } from '../views/stageLabels.ts';

/** See the file's header. Off where `instruct.codeLens.enabled` is, and outside a project. */
export class RunFileLens implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly projects: ProjectService;

  constructor(projects: ProjectService) {
    this.projects = projects;
    const selector = { scheme: 'file', pattern: `**/*${plannedRunSuffix}` };
    this.owned.add(vscode.languages.registerCodeLensProvider(selector, this));
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const settings = vscode.workspace.getConfiguration('instruct', document.uri);
    const on = settings.get<boolean>('codeLens.enabled', true);
    if (!on || this.projects.current === undefined || !vscode.workspace.isTrusted) return [];
    const range = new vscode.Range(0, 0, 0, 0);
    const uri = document.uri.toString();
    const title = `$(play) ${runOf(document.getText())}`;
    return [new vscode.CodeLens(range, { title, command: 'instruct.runFile', arguments: [uri] })];
  }

  dispose(): void {
    this.owned.dispose();
  }
}

/** What the lens says: with the stage's name, unless the file is no planned run. */
function runOf(text: string): string {
  try {
    const { stage } = plannedRunSchema.parse(JSON.parse(text));
    return l10n.t`Run ${stageLabels[stage]}`;
  } catch {
    return l10n.t('Run'); // being written: the command itself says what is wrong
  }
}
