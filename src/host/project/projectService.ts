/** Finds the project among the window's folders and keeps it up to date with the disk. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { kindOfFile } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { projectFileName } from '../../protocol/project.ts';
import { Disposables } from '../disposables.ts';
import { Postponed } from './postponed.ts';
import { ProjectFolder, type ProjectSurroundings } from './projectFolder.ts';

/** A file that an editor of this window writes is looked at when so long nothing was written to it. */
const unsavedMs = 1000;

/** See the file's header. The first workspace folder with an `instruct.json` is the project. */
export class ProjectService implements vscode.Disposable {
  private readonly surroundings: ProjectSurroundings;
  private readonly owned = new Disposables();
  private readonly changed = this.owned.add(new vscode.EventEmitter<ProjectFolder | undefined>());
  private opened: { folder: ProjectFolder; owned: Disposables } | undefined;

  /** Another project, or none; its settings or records changed. */
  readonly onDidChange = this.changed.event;

  constructor(surroundings: ProjectSurroundings) {
    this.surroundings = surroundings;
    this.owned.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.find()));
    // A project file that appears in a folder that had none makes it a project.
    const watcher = this.owned.add(
      vscode.workspace.createFileSystemWatcher(`**/${projectFileName}`),
    );
    this.owned.add(watcher.onDidCreate(() => this.find()));
    this.owned.add(watcher.onDidDelete(() => this.find()));
    this.owned.add({ dispose: () => this.close() });
    this.find();
  }

  /** The project; undefined when no folder of the window is one. */
  get current(): ProjectFolder | undefined {
    return this.opened?.folder;
  }

  /** The project. Throws `InstructError('not-a-project')` when there is none. */
  expect(): ProjectFolder {
    if (this.opened !== undefined) return this.opened.folder;
    throw new InstructError({
      code: 'not-a-project',
      message: l10n.t`No folder of this window has an ${projectFileName}, so there is no project.`,
      remedy: l10n.t('Open a project folder, or create the sample project.'),
    });
  }

  dispose(): void {
    this.owned.dispose();
  }

  private find(): void {
    const folder = vscode.workspace.workspaceFolders?.find(
      ({ uri }) => uri.scheme === 'file' && existsSync(path.join(uri.fsPath, projectFileName)),
    );
    if (folder?.uri.fsPath === this.opened?.folder.path) return;
    this.close();
    if (folder !== undefined) this.open(folder);
    this.changed.fire(this.current);
  }

  private open(workspaceFolder: vscode.WorkspaceFolder): void {
    const owned = new Disposables();
    const folder = owned.add(new ProjectFolder(workspaceFolder.uri.fsPath, this.surroundings));
    this.opened = { folder, owned };
    owned.add(folder.onDidChange(() => this.changed.fire(folder)));
    const report = this.surroundings.onError;
    const watch = (glob: string, take: (uri: vscode.Uri) => Promise<void>): void => {
      const pattern = new vscode.RelativePattern(workspaceFolder, glob);
      const watcher = owned.add(vscode.workspace.createFileSystemWatcher(pattern));
      const changed = (uri: vscode.Uri): void => void take(uri).catch(report);
      owned.add(watcher.onDidChange(changed));
      owned.add(watcher.onDidCreate(changed));
      owned.add(watcher.onDidDelete(changed));
    };
    watch(projectFileName, async () => {
      if (existsSync(path.join(folder.path, projectFileName))) await folder.reloadProjectFile();
    });
    const takeRecords = async (uri: vscode.Uri): Promise<void> => {
      const name = path.relative(folder.path, uri.fsPath);
      if (kindOfFile(name) !== null) await folder.refresh(uri.fsPath);
    };
    // The editor writes a large file piece by piece. Half of it is not what anybody meant.
    const postponed = owned.add(new Postponed(unsavedMs));
    watch('{prompts,demonstrations,completions,rankings}/*.jsonl', async (uri) => {
      if (isBeingSaved(uri)) {
        postponed.later(uri.fsPath, () => void takeRecords(uri).catch(report));
      } else await takeRecords(uri);
    });
    // The watcher is slow to tell of what this window saves.
    owned.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        postponed.drop(uri.fsPath);
        void takeRecords(uri).catch(report);
      }),
    );
    // A folder that goes is told of without its files.
    watch('{prompts,demonstrations,completions,rankings}', () => folder.refresh());
    watch('{models,models/*}', () => {
      folder.modelsChanged();
      return Promise.resolve();
    });
    // Runs that the command line or another window starts; the supervisor follows those that live.
    watch('{runs,runs/*,runs/*/run.json,runs/*/owner.lock}', () => folder.runs.rescan());
  }

  private close(): void {
    this.opened?.owned.dispose();
    this.opened = undefined;
  }
}

/** Whether an editor has the file with changes, which it may be writing to disk right now. */
function isBeingSaved({ fsPath }: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some(
    ({ isDirty, uri }) => isDirty && uri.fsPath === fsPath,
  );
}
