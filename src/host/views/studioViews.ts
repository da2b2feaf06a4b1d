/** The four views, the status bar and the context keys, kept up to date with the project. */
import * as vscode from 'vscode';
import { queueOptions } from '../labeling/labelingQueue.ts';
import { Disposables } from '../disposables.ts';
import type { ProjectDiagnostics } from '../project/projectDiagnostics.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { ProjectService } from '../project/projectService.ts';
import { RunStatusBar } from '../runs/runStatusBar.ts';
import { FileDigests, outOfDate } from '../runs/outOfDate.ts';
import type { Run } from '../runs/run.ts';
import { rankedSoFar } from '../runs/waitingPipelines.ts';
import { datasetNodes } from './datasetNodes.ts';
import { listModels, type ModelInfo } from './modelCatalog.ts';
import { modelNodes } from './modelNodes.ts';
import { NodeTree } from './nodeTree.ts';
import { queueNodes } from './queueNodes.ts';
import { runNodes } from './runNodes.ts';
import type { TreeNode } from './treeNode.ts';

/** What the views need. */
export interface ViewSurroundings {
  readonly projects: ProjectService;
  readonly diagnostics: ProjectDiagnostics;
  readonly labeler: () => Promise<string>;
  /** Takes what is dropped on the Dataset view. */
  readonly drop: vscode.TreeDragAndDropController<TreeNode>;
  /** A run that was live has come to its end. */
  readonly runEnded: (run: Run) => void;
  readonly onError: (thrown: unknown) => void;
}

const minuteMs = 60_000;

/** Rows of the queue, and what they were worked out of. */
interface QueueRows {
  readonly version: string;
  readonly nodes: readonly TreeNode[];
}
const noQueue: QueueRows = { version: '', nodes: [] };

/** See the file's header. */
export class StudioViews implements vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly surroundings: ViewSurroundings;
  private readonly statusBar = this.owned.add(new RunStatusBar());
  private readonly keys = new Map<string, unknown>();
  private ofProject = new Disposables();
  private shown: ProjectFolder | undefined;
  private labeler = '';
  private models: readonly ModelInfo[] = [];
  private outdated: ReadonlyMap<string, string> = new Map();
  private digests: FileDigests | undefined;
  private queue = noQueue;
  private readonly cache = new Map<string, { version: string; nodes: readonly TreeNode[] }>();

  /** The trees by their role, also for tests. */
  readonly trees: Readonly<Record<'dataset' | 'queue' | 'models' | 'runs', NodeTree>>;

  constructor(surroundings: ViewSurroundings) {
    this.surroundings = surroundings;
    const tree = (
      id: string,
      rows: (project: ProjectFolder) => readonly TreeNode[],
      drop?: vscode.TreeDragAndDropController<TreeNode>,
    ): NodeTree => {
      const shownRows = (): readonly TreeNode[] =>
        this.shown === undefined ? [] : rows(this.shown);
      return this.owned.add(new NodeTree(`instruct.${id}`, shownRows, drop));
    };
    this.trees = {
      dataset: tree('dataset', (project) => this.datasetRows(project), surroundings.drop),
      queue: tree('queue', () => this.queue.nodes),
      models: tree('models', () => modelNodes(this.models, Date.now(), this.outdated)),
      runs: tree('runs', (project) => this.runRows(project)),
    };
    const { projects, diagnostics } = surroundings;
    this.owned.add(projects.onDidChange(() => this.projectChanged()));
    this.owned.add(diagnostics.onDidChange(() => this.trees.dataset.refresh()));
    this.owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('instruct.labeler')) this.projectChanged();
      }),
    );
    // "5 min ago" grows old only while somebody looks.
    const clock = setInterval(() => {
      if (vscode.window.state.focused) this.trees.runs.refreshIfVisible();
    }, minuteMs);
    this.owned.add({ dispose: () => clearInterval(clock) });
    this.projectChanged();
  }

  dispose(): void {
    this.ofProject.dispose();
    this.owned.dispose();
  }

  private projectChanged(): void {
    const project = this.surroundings.projects.current;
    if (project !== this.shown) {
      this.ofProject.dispose();
      this.ofProject = new Disposables();
      this.shown = project;
      this.models = [];
      this.outdated = new Map();
      this.digests = project === undefined ? undefined : new FileDigests(project.path);
      this.cache.clear();
      this.queue = noQueue;
      if (project !== undefined) this.follow(project, this.ofProject);
    }
    this.readSlowParts(project).catch(this.surroundings.onError);
    this.refreshAll();
  }

  private follow({ runs }: ProjectFolder, owned: Disposables): void {
    owned.add(
      runs.onDidChange(() => {
        this.trees.runs.refresh();
        this.statusBar.update(runs.liveRuns);
        this.updateKeys();
      }),
    );
    owned.add(runs.onDidChangeRuns(() => this.projectChanged()));
    owned.add(runs.onDidEnd((run) => this.surroundings.runEnded(run)));
  }

  private async readSlowParts(project: ProjectFolder | undefined): Promise<void> {
    if (project === undefined) return;
    this.labeler = await this.surroundings.labeler();
    const base = project.project?.models.base;
    const models = await listModels(project.path, base, project.runs.runs);
    if (project !== this.shown) return;
    this.models = models;
    this.trees.models.refresh();
    await this.readQueue(project);
    const finished = project.runs.runs.filter(({ state }) => state === 'finished');
    const outdated = await outOfDate(finished, this.digests ?? new FileDigests(project.path));
    if (project !== this.shown) return;
    this.outdated = outdated;
    this.trees.models.refresh();
    this.trees.runs.refresh();
  }

  /** Works the queue's rows out where they are out of date. The last call's rows are shown. */
  private async readQueue(project: ProjectFolder): Promise<void> {
    const { dataset } = project;
    if (dataset === undefined || project.project === undefined) {
      this.queue = noQueue;
      return;
    }
    const { labeling } = project.project;
    const version = `${dataset.version} ${this.labeler} ${JSON.stringify(labeling)}`;
    if (this.queue.version === version) return;
    const rows: QueueRows = { version, nodes: this.queue.nodes };
    this.queue = rows;
    const nodes = await queueNodes(dataset, this.labeler, queueOptions(project, this.labeler));
    if (this.queue !== rows) return; // overtaken
    this.queue = { version, nodes };
    this.trees.queue.refresh();
  }

  private refreshAll(): void {
    for (const tree of Object.values(this.trees)) tree.refresh();
    this.statusBar.update(this.shown?.runs.liveRuns ?? []);
    this.updateKeys();
  }

  private runRows({ runs, dataset }: ProjectFolder): readonly TreeNode[] {
    const isLive = (run: Run): boolean => runs.isLive(run);
    return runNodes(runs.runs, isLive, Date.now(), rankedSoFar(dataset), this.outdated);
  }

  private datasetRows(project: ProjectFolder): readonly TreeNode[] {
    const { dataset } = project;
    if (dataset === undefined || project.project === undefined) return [];
    const problems = this.surroundings.diagnostics.countByFile;
    const version = `${dataset.version} ${[...problems].join()}`;
    return this.cached('dataset', version, () => datasetNodes(dataset, problems));
  }

  private cached(
    name: string,
    version: string,
    make: () => readonly TreeNode[],
  ): readonly TreeNode[] {
    const known = this.cache.get(name);
    if (known?.version === version) return known.nodes;
    const nodes = make();
    this.cache.set(name, { version, nodes });
    return nodes;
  }

  private updateKeys(): void {
    const project = this.shown;
    const runs = project?.runs.runs ?? [];
    this.setKey('hasProject', project?.project !== undefined);
    this.setKey('projectBroken', project !== undefined && project.fileProblems.length > 0);
    // Until the records are read, an empty view means nothing.
    this.setKey('loaded', project?.dataset !== undefined);
    this.setKey('hasRuns', runs.length > 0);
    this.setKey('hasLiveRun', (project?.runs.liveRuns.length ?? 0) > 0);
    this.setKey(
      'hasRunningRun',
      runs.some(({ state }) => state === 'running'),
    );
    this.setKey(
      'hasResumableRun',
      runs.some((run) => run.state === 'paused' || run.isResumable),
    );
  }

  private setKey(name: string, value: boolean): void {
    if (this.keys.get(name) === value) return;
    this.keys.set(name, value);
    vscode.commands
      .executeCommand('setContext', `instruct.${name}`, value)
      .then(undefined, this.surroundings.onError);
  }
}
