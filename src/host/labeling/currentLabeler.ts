/** Who labels in this window: settings, project, git and system asked in this order. */
import * as vscode from 'vscode';
import { Disposables } from '../disposables.ts';
import type { ProjectService } from '../project/projectService.ts';
import { gitUserName, resolveLabeler, systemUserName } from './labeler.ts';

/** Asks git once a project: its answer is kept. Restricted Mode starts no git. */
export class CurrentLabeler implements vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly projects: ProjectService;
  private readonly gitNames = new Map<string, Promise<string | undefined>>();

  constructor(projects: ProjectService) {
    this.projects = projects;
    this.owned.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.gitNames.clear()));
  }

  /** The name for records and files. */
  readonly name = (): Promise<string> => {
    const project = this.projects.current;
    return resolveLabeler({
      setting: vscode.workspace.getConfiguration('instruct').get<string>('labeler', ''),
      project: project?.project?.labeling.labeler,
      git: () => this.gitName(project?.path),
      systemUser: systemUserName,
    });
  };

  dispose(): void {
    this.owned.dispose();
  }

  private gitName(folder: string | undefined): Promise<string | undefined> {
    if (folder === undefined || !vscode.workspace.isTrusted) return Promise.resolve(undefined);
    const known = this.gitNames.get(folder) ?? gitUserName(folder);
    this.gitNames.set(folder, known);
    return known;
  }
}
