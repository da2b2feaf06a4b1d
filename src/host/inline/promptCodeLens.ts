/** The commands of a prompt above its line in `prompts/*.jsonl`. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { kindOfFile } from '../../data/index.ts';
import { promptSchema } from '../../protocol/records.ts';
import { Disposables } from '../disposables.ts';
import type { ProjectService } from '../project/projectService.ts';

/** A longer file gets no lenses below this line: the commands work there all the same. */
const mostLines = 2000;
/** Nor does a longer line (in UTF-16 units): it would be parsed anew after every change. */
const longestLine = 100_000;

/** See the file's header. Off where `instruct.codeLens.enabled` is. */
export class PromptCodeLens implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly changed = this.owned.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly projects: ProjectService;

  constructor(projects: ProjectService) {
    this.projects = projects;
    this.owned.add(
      vscode.languages.registerCodeLensProvider(
        { scheme: 'file', pattern: '**/prompts/*.jsonl' },
        this,
      ),
    );
    this.owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('instruct.codeLens')) this.changed.fire();
      }),
    );
    this.owned.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.changed.fire()));
  }

  provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): vscode.CodeLens[] {
    const settings = vscode.workspace.getConfiguration('instruct', document.uri);
    if (!this.isPromptFile(document.uri) || !settings.get<boolean>('codeLens.enabled', true))
      return [];
    const lenses: vscode.CodeLens[] = [];
    const lines = Math.min(document.lineCount, mostLines);
    for (let line = 0; line < lines && !token.isCancellationRequested; line += 1) {
      const { text } = document.lineAt(line);
      const id = text.length > longestLine ? undefined : promptIdOf(text);
      if (id !== undefined) lenses.push(...lensesOf(document, line, id));
    }
    return lenses;
  }

  /** Whether a file holds prompts of the open project. */
  isPromptFile(uri: vscode.Uri): boolean {
    const folder = this.projects.current;
    if (folder === undefined || uri.scheme !== 'file') return false;
    return kindOfFile(path.relative(folder.path, uri.fsPath)) === 'prompts';
  }

  dispose(): void {
    this.owned.dispose();
  }
}

function lensesOf(
  document: vscode.TextDocument,
  line: number,
  promptId: string,
): vscode.CodeLens[] {
  const range = new vscode.Range(line, 0, line, 0);
  const lens = (title: string, command: string, given: unknown[]): vscode.CodeLens =>
    new vscode.CodeLens(range, { title, command, arguments: given });
  const compare = vscode.workspace.isTrusted
    ? [
        lens(l10n.t('Compare Completions Inline'), 'instruct.compareInline', [
          { uri: document.uri.toString(), line },
        ]),
      ]
    : [];
  return [
    ...compare,
    lens(l10n.t('Write Demonstration'), 'instruct.writeDemonstration', [promptId]),
    lens(l10n.t('Rank'), 'instruct.rankCompletions', [promptId]),
  ];
}

function promptIdOf(text: string): string | undefined {
  try {
    const record = promptSchema.safeParse(JSON.parse(text)).data;
    return record?.deleted === true ? undefined : record?.id;
  } catch {
    return undefined; // a bad line has a diagnostic, not a lens
  }
}
