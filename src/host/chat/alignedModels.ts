/** Which models of the open project the editor's own surfaces offer: chat, prompt files. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { Disposables } from '../disposables.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { ProjectService } from '../project/projectService.ts';
import { alignedModel, languageModels, listModels, type ModelInfo } from '../views/modelCatalog.ts';

const settleMs = 150;

/**
 * The aligned model first, then the other trained ones, newest first. Empty while there is no
 * aligned model, and in Restricted Mode: a model is sampled by a process. The context key
 * `instruct.hasAlignedModel` says the same to menus.
 */
export class AlignedModels implements vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly changed = this.owned.add(new vscode.EventEmitter<readonly ModelInfo[]>());
  private readonly projects: ProjectService;
  private readonly onError: (thrown: unknown) => void;
  private ofProject = new Disposables();
  private followed: ProjectFolder | undefined;
  private timer: NodeJS.Timeout | undefined;
  private seen = '';
  private offered: readonly ModelInfo[] = [];

  /** The models are others than before. */
  readonly onDidChange = this.changed.event;

  constructor(projects: ProjectService, onError: (thrown: unknown) => void) {
    this.projects = projects;
    this.onError = onError;
    this.owned.add(projects.onDidChange(() => this.soon()));
    this.owned.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.soon()));
    this.owned.add({ dispose: () => clearTimeout(this.timer) });
    this.owned.add({ dispose: () => this.ofProject.dispose() });
    this.soon();
  }

  /** See the class. */
  get models(): readonly ModelInfo[] {
    return this.offered;
  }

  /** The model of that folder, where it is offered. */
  find(ref: string): ModelInfo | undefined {
    return this.offered.find((model) => model.ref === ref);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look().catch(this.onError);
    }, settleMs);
  }

  private async look(): Promise<void> {
    const project = this.projects.current;
    if (project !== this.followed) this.follow(project);
    const state = vscode.workspace.isTrusted ? await stateOf(project) : '';
    if (state === this.seen) return;
    this.seen = state;
    const models = state === '' || project === undefined ? [] : await modelsOf(project);
    // What has changed meanwhile is looked at again.
    if (state !== this.seen) return;
    this.offered = models;
    await vscode.commands.executeCommand(
      'setContext',
      'instruct.hasAlignedModel',
      models.length > 0,
    );
    this.changed.fire(models);
  }

  private follow(project: ProjectFolder | undefined): void {
    this.ofProject.dispose();
    this.ofProject = new Disposables();
    this.followed = project;
    if (project === undefined) return;
    this.ofProject.add(project.runs.onDidChangeRuns(() => this.soon()));
    this.ofProject.add(project.runs.onDidEnd(() => this.soon()));
    // A folder that goes is told of without its files.
    const glob = '{models,models/*,models/*/config.json,runs/*/model,runs/*/model/config.json}';
    const pattern = new vscode.RelativePattern(project.path, glob);
    const watcher = this.ofProject.add(
      vscode.workspace.createFileSystemWatcher(pattern, false, true, false),
    );
    this.ofProject.add(watcher.onDidCreate(() => this.soon()));
    this.ofProject.add(watcher.onDidDelete(() => this.soon()));
  }
}

/** Everything that the list of models depends on, cheaply; empty where there is no project. */
async function stateOf(project: ProjectFolder | undefined): Promise<string> {
  const config = project?.project;
  if (project === undefined || config === undefined) return '';
  const names = await readdir(path.join(project.path, 'models')).catch(() => []);
  const { base, aligned = base } = config.models;
  const made = project.runs.runs.flatMap(({ view }) => view.finished?.model ?? []);
  const standing = [base, aligned, ...names.map((name) => `models/${name}`), ...made].filter(
    (ref) => existsSync(path.join(project.path, ref, 'config.json')),
  );
  return JSON.stringify([project.path, config.models, standing]);
}

async function modelsOf(project: ProjectFolder): Promise<readonly ModelInfo[]> {
  const named = project.project?.models;
  if (named === undefined) return [];
  const all = await listModels(project.path, named.base, project.runs.runs);
  const aligned = alignedModel(all, named);
  if (aligned === undefined) return [];
  const others = languageModels(all).filter((model) => model !== aligned && model.made !== 'base');
  return [aligned, ...others];
}
