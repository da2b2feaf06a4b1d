/**
 * Writing demonstrations in the editor itself: the prompt above, read-only, and a Markdown file
 * below, so that spell checkers, undo and hot exit work as everywhere. Drafts lie in
 * `.instruct/drafts/` of the project until they are saved.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { InstructError, toErrorData } from '../protocol/errors.ts';
import { categoryLabels } from '../protocol/words.ts';
import { DemonstrationSession, type DemonstrationSource } from './demonstrationSession.ts';
import type { DemonstrationTask } from './demonstrationSession.ts';
import { Disposables } from './disposables.ts';
import { PromptFiles, promptScheme } from './demonstrationPromptFiles.ts';
import { DraftFigures } from './labeling/draftFigures.ts';
import { oneLine } from './views/treeNode.ts';

/** What writing demonstrations needs. */
export interface DemonstrationTools {
  readonly workspaceState: vscode.Memento;
  readonly source: DemonstrationSource;
  /** Counts tokens as the base model does; undefined where it cannot. */
  readonly countTokens: (text: string) => Promise<number | undefined>;
  /** For the log. */
  readonly report: (thrown: unknown) => void;
}

/** The handle for commands. */
export interface Demonstrations {
  /** Opens a prompt and its draft: the one named, or the next of the queue. */
  write(promptId?: string): Promise<void>;
  /** Asks which of the labeler's demonstrations to revise, and opens it. */
  revise(): Promise<void>;
  dispose(): void;
}

/**
 * Commands registered here, for the manifest's `editor/title` and keybindings, with
 * `resourcePath =~ /\.instruct[\\/]drafts[\\/][^\\/]+\.md$/`.
 */
export const demonstrationCommands = {
  save: 'instruct.saveDemonstration',
  skip: 'instruct.skipDemonstration',
} as const;

/** Registers the prompt documents, the lenses and the two commands. */
export function registerDemonstration(tools: DemonstrationTools): Demonstrations {
  const editor = new DemonstrationEditor(tools);
  return {
    write: (promptId) => editor.write(promptId),
    revise: () => editor.revise(),
    dispose: () => editor.dispose(),
  };
}

class DemonstrationEditor {
  private readonly tools: DemonstrationTools;
  private readonly session: DemonstrationSession;
  private readonly owned = new Disposables();
  private readonly lensesChanged = this.owned.add(new vscode.EventEmitter<void>());
  private readonly figures: DraftFigures;
  private progress: string[] = [];
  /** Where the last demonstration of this window was saved. */
  private savedIn: string | undefined;

  constructor(tools: DemonstrationTools) {
    this.tools = tools;
    const { source, workspaceState: memory } = tools;
    this.figures = this.owned.add(
      new DraftFigures({
        countTokens: tools.countTokens,
        changed: () => this.lensesChanged.fire(),
        onError: tools.report,
      }),
    );
    this.session = new DemonstrationSession({ source, memory, now: Date.now, newId: randomUUID });
    const { commands, languages, window, workspace } = vscode;
    const own = this.owned;
    own.add(
      workspace.registerFileSystemProvider(
        promptScheme,
        new PromptFiles((promptId) => this.session.task(promptId)),
        { isReadonly: true, isCaseSensitive: true },
      ),
    );
    own.add(
      languages.registerCodeLensProvider([{ scheme: promptScheme }, { scheme: 'file' }], {
        onDidChangeCodeLenses: this.lensesChanged.event,
        provideCodeLenses: (document) => this.lenses(document),
      }),
    );
    own.add(commands.registerCommand(demonstrationCommands.save, () => this.save()));
    own.add(commands.registerCommand(demonstrationCommands.skip, () => this.skip()));
    own.add(workspace.onDidChangeTextDocument(({ document }) => this.changed(document)));
    own.add(
      window.onDidChangeTextEditorSelection(({ textEditor }) =>
        this.touch(textEditor.document.uri),
      ),
    );
    own.add(
      window.onDidChangeWindowState(({ focused }) => {
        if (!focused) this.session.pause();
      }),
    );
  }

  dispose(): void {
    this.session.pause();
    this.owned.dispose();
  }

  async write(promptId?: string): Promise<void> {
    await this.reporting(async () => {
      const task = await this.session.next(promptId);
      await this.show(task, []);
    });
  }

  async revise(): Promise<void> {
    await this.reporting(async () => {
      const { source } = this.tools;
      const written = await source.written();
      if (written.length === 0) {
        throw new InstructError({
          code: 'empty-dataset',
          message: l10n.t('You have not written a demonstration in this project yet.'),
          remedy: l10n.t('Write one with "Instruct: Write Demonstration".'),
        });
      }
      const items = written.map(({ id, prompt, completion }) => ({
        label: oneLine(prompt, 120),
        detail: oneLine(completion, 200),
        id,
      }));
      const title = l10n.t('Revise Demonstration');
      const chosen = await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
      if (chosen === undefined) return;
      const original = await source.original(chosen.id);
      const task = await source.nextTask({ promptId: original.promptId });
      if (task === undefined) throw new Error(`revise: "${original.promptId}" is no prompt`);
      const name = await this.session.revise(original, task);
      await this.open(task, await this.draftFile(name, original.completion), []);
    });
  }

  private async save(): Promise<void> {
    const document = this.openDraft();
    if (document === undefined) return;
    await this.reporting(async () => {
      const name = path.basename(document.uri.fsPath);
      const written = [document.uri, PromptFiles.uri(this.session.promptOf(name) ?? '')];
      if (!(await document.save())) throw new Error(`${name} could not be saved`);
      const isRevision = this.session.isRevision(name);
      this.savedIn = await this.session.save(name, document.getText());
      const saved = `$(check) ${l10n.t('Saved in {0}', this.savedIn)}`;
      this.owned.add(vscode.window.setStatusBarMessage(saved, 4000));
      if (isRevision) await vscode.window.tabGroups.close(tabsOf(written));
      else await this.show(await this.session.next(), written);
      await vscode.workspace.fs.delete(document.uri);
    }, demonstrationCommands.save);
  }

  private async skip(): Promise<void> {
    const document = this.openDraft();
    if (document === undefined) return;
    await this.reporting(async () => {
      const name = path.basename(document.uri.fsPath);
      const left = [document.uri, PromptFiles.uri(this.session.promptOf(name) ?? '')];
      await document.save();
      this.session.skip(name);
      await this.show(await this.session.next(), left);
    });
  }

  /** Opens a task where the last pair stood, else in a new pair; closes what is done with. */
  private async show(
    task: DemonstrationTask | undefined,
    finished: readonly vscode.Uri[],
  ): Promise<void> {
    if (task === undefined) {
      await vscode.window.tabGroups.close(tabsOf(finished));
      const all = l10n.t('No prompt waits for a demonstration of yours.');
      void vscode.window.showInformationMessage(all);
      return;
    }
    const draft = await this.draftFile(await this.session.begin(task), '');
    await this.open(task, draft, finished);
  }

  private async open(
    task: DemonstrationTask,
    draft: vscode.Uri,
    finished: readonly vscode.Uri[],
  ): Promise<void> {
    const { window, workspace } = vscode;
    const old = tabsOf(finished);
    await this.countProgress();
    const prompt = await workspace.openTextDocument(PromptFiles.uri(task.promptId));
    const document = await workspace.openTextDocument(draft);
    const promptGroup = groupOf((uri) => uri.scheme === promptScheme);
    const draftGroup = groupOf(liesAmongDrafts);
    await window.showTextDocument(prompt, {
      viewColumn: promptGroup ?? vscode.ViewColumn.Active,
      preview: false,
      preserveFocus: promptGroup !== undefined,
    });
    if (draftGroup === undefined || draftGroup === promptGroup) {
      await vscode.commands.executeCommand('workbench.action.newGroupBelow');
    }
    await window.showTextDocument(document, {
      viewColumn: draftGroup ?? vscode.ViewColumn.Active,
      preview: false,
    });
    await window.tabGroups.close(old);
    this.changed(document);
  }

  /** The file of a draft, made with a content where it does not exist. */
  private async draftFile(name: string, content: string): Promise<vscode.Uri> {
    const { fs } = vscode.workspace;
    const folder = this.draftFolder();
    await fs.createDirectory(folder);
    await createFile(vscode.Uri.joinPath(folder, '.gitignore'), '*\n');
    const uri = vscode.Uri.joinPath(folder, name);
    await createFile(uri, content);
    return uri;
  }

  private async lenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (title: string, command: string) => new vscode.CodeLens(top, { title, command });
    if (document.uri.scheme === promptScheme) {
      const task = await this.session.task(PromptFiles.promptId(document.uri));
      if (task === undefined) return [];
      const category = task.category === undefined ? [] : [categoryLabels[task.category]];
      const saved =
        this.savedIn === undefined ? [] : [`$(check) ${l10n.t('Saved in {0}', this.savedIn)}`];
      return [lens([...saved, ...category, task.why, ...this.progress].join(' · '), '')];
    }
    if (!this.isDraft(document.uri)) return [];
    const name = path.basename(document.uri.fsPath);
    const figures = lens(this.figures.words(name, this.session.secondsOf(name)), '');
    const { save, skip } = demonstrationCommands;
    if (this.session.isRevision(name)) {
      return [lens(`$(check) ${l10n.t('Save Revision')}`, save), figures];
    }
    return [
      lens(`$(check) ${l10n.t('Save and Next')}`, save),
      lens(`$(debug-step-over) ${l10n.t('Skip')}`, skip),
      figures,
    ];
  }

  private async countProgress(): Promise<void> {
    const { done, total, left } = await this.tools.source.progress();
    this.progress = [l10n.t('{0} of {1} done, {2} left', done, total, left)];
    this.lensesChanged.fire();
  }

  private draftFolder(): vscode.Uri {
    return vscode.Uri.joinPath(
      vscode.Uri.file(this.tools.source.projectPath),
      '.instruct',
      'drafts',
    );
  }

  private isDraft(uri: vscode.Uri): boolean {
    const name = path.basename(uri.fsPath);
    return liesAmongDrafts(uri) && this.session.promptOf(name) !== undefined;
  }

  /** The draft in the active editor, else one in sight. */
  private openDraft(): vscode.TextDocument | undefined {
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    const editors = activeTextEditor === undefined ? [] : [activeTextEditor];
    return [...editors, ...visibleTextEditors]
      .map(({ document }) => document)
      .find(({ uri }) => this.isDraft(uri));
  }

  private changed(document: vscode.TextDocument): void {
    if (!this.isDraft(document.uri)) return;
    this.touch(document.uri);
    this.figures.update(path.basename(document.uri.fsPath), document.getText());
  }

  private touch(uri: vscode.Uri): void {
    if (this.isDraft(uri)) this.session.touch(path.basename(uri.fsPath));
  }

  /** Shows a failure with what to do; `retry` is the command that tries again. */
  private async reporting(work: () => Promise<void>, retry?: string): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.tools.report(thrown);
      const { message, remedy } = toErrorData(thrown);
      const again = l10n.t('Retry');
      void vscode.window
        .showErrorMessage(`${message} ${remedy}`, ...(retry === undefined ? [] : [again]))
        .then((chosen) => {
          if (chosen === again && retry !== undefined) {
            return vscode.commands.executeCommand(retry);
          }
          return undefined;
        });
    }
  }
}

function liesAmongDrafts(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && /[\\/]\.instruct[\\/]drafts$/.test(path.dirname(uri.fsPath));
}

/** Makes a file with a content unless it exists. */
async function createFile(uri: vscode.Uri, content: string): Promise<void> {
  const { fs } = vscode.workspace;
  try {
    await fs.stat(uri);
  } catch (thrown) {
    if (!(thrown instanceof vscode.FileSystemError) || thrown.code !== 'FileNotFound') throw thrown;
    await fs.writeFile(uri, new TextEncoder().encode(content));
  }
}

function uriOf(tab: vscode.Tab): vscode.Uri | undefined {
  return tab.input instanceof vscode.TabInputText ? tab.input.uri : undefined;
}

function tabsOf(uris: readonly vscode.Uri[]): vscode.Tab[] {
  const wanted = new Set(uris.map(String));
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter((tab) => wanted.has(String(uriOf(tab))));
}

function groupOf(holds: (uri: vscode.Uri) => boolean): vscode.ViewColumn | undefined {
  return vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some((tab) => {
      const uri = uriOf(tab);
      return uri !== undefined && holds(uri);
    }),
  )?.viewColumn;
}
