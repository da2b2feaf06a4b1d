/** One project folder, open: its settings file, its records and its runs. Knows no editor. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import {
  checkProjectText,
  Dataset,
  RecordStore,
  type Problem,
  type Saved,
} from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { projectFileName, type Project } from '../../protocol/project.ts';
import type { RecordKind, RecordTypes } from '../../protocol/records.ts';
import { Disposables, type Disposable } from '../disposables.ts';
import { Emitter, type Listen } from '../emitter.ts';
import { RunSupervisor, type SupervisorSurroundings } from '../runs/runSupervisor.ts';

/** What a project folder needs from outside. */
export interface ProjectSurroundings extends Omit<SupervisorSurroundings, 'projectPath'> {
  /** Told when a torn last line was set aside before an append. */
  readonly onRepair: (saved: Saved) => void;
}

/** See the file's header. It opens in the background; {@link ready} says when. */
export class ProjectFolder implements Disposable {
  readonly path: string;
  readonly runs: RunSupervisor;
  private readonly owned = new Disposables();
  private readonly store: RecordStore;
  private readonly changed: Emitter<undefined>;
  private config: Project | undefined;
  private problems: readonly Problem[] = [];
  private records: Dataset | undefined;

  /** Settles when everything has been read once; rejects when the records cannot be read. */
  readonly ready: Promise<void>;

  constructor(projectPath: string, surroundings: ProjectSurroundings) {
    this.path = projectPath;
    this.changed = this.owned.add(new Emitter<undefined>(surroundings.onError));
    this.runs = this.owned.add(new RunSupervisor({ ...surroundings, projectPath }));
    this.store = new RecordStore(projectPath, { onRepair: surroundings.onRepair });
    this.ready = this.open();
    this.ready.catch(surroundings.onError);
  }

  /** The settings or the records are others than before. */
  get onDidChange(): Listen<undefined> {
    return this.changed.event;
  }

  /** What is wrong in `instruct.json`; empty when it holds. */
  get fileProblems(): readonly Problem[] {
    return this.problems;
  }

  /** The settings; undefined while they are being read or do not hold. */
  get project(): Project | undefined {
    return this.config;
  }

  /** The records; undefined until they are read for the first time. */
  get dataset(): Dataset | undefined {
    return this.records;
  }

  /** The settings. Throws `InstructError('bad-project-file')` with the first place that is wrong. */
  expectProject(): Project {
    if (this.config !== undefined) return this.config;
    const first = this.problems.at(0);
    throw new InstructError({
      code: 'bad-project-file',
      message:
        first === undefined
          ? l10n.t`${projectFileName} has not been read yet.`
          : l10n.t`${projectFileName}, line ${first.line}: ${first.message}`,
      remedy: l10n.t('Correct the project file; it is taken in as soon as it is saved.'),
      place: {
        path: path.join(this.path, projectFileName),
        ...(first === undefined ? {} : { line: first.line, column: first.column }),
      },
    });
  }

  /** The records, once they are read. */
  async expectDataset(): Promise<Dataset> {
    await this.ready;
    if (this.records !== undefined) return this.records;
    throw new Error('expectDataset: the project was closed');
  }

  /** Reads `instruct.json` anew. */
  async reloadProjectFile(): Promise<void> {
    let text: string;
    try {
      text = await readFile(path.join(this.path, projectFileName), 'utf8');
    } catch (thrown) {
      if (this.owned.isDisposed) return;
      throw thrown;
    }
    const { project, problems } = checkProjectText(text);
    this.config = project ?? undefined;
    this.problems = problems;
    this.changed.fire(undefined);
  }

  /** Takes in a changed file of records, or all of them. */
  async refresh(file?: string): Promise<void> {
    const dataset = await this.expectDataset();
    if (await dataset.refresh(file)) this.changed.fire(undefined);
  }

  /** Appends a record; resolves once it is on disk and in the index. */
  async append<K extends RecordKind>(
    kind: K,
    owner: string,
    record: RecordTypes[K],
  ): Promise<Saved> {
    const saved = await this.store.append(kind, owner, record);
    await this.refresh(saved.file);
    return saved;
  }

  /** Tells that model folders came or went: nobody keeps them in memory. */
  modelsChanged(): void {
    this.changed.fire(undefined);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private async open(): Promise<void> {
    await this.reloadProjectFile();
    const [dataset] = await Promise.all([Dataset.open(this.path), this.runs.rescan()]);
    if (this.owned.isDisposed) return;
    this.records = dataset;
    this.changed.fire(undefined);
  }
}
