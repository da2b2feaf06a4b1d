/**
 * The runs of one project: finds them, follows those that live, starts, stops, pauses and resumes
 * them. The processes belong to nobody: closing the window leaves them at work, and the next
 * window finds them by their folders.
 */
import type { Dirent } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import { InstructError } from '../../protocol/errors.ts';
import { runFiles, type ControlName } from '../../protocol/run.ts';
import { Disposables, type Disposable } from '../disposables.ts';
import { Emitter, type Listen } from '../emitter.ts';
import type { RunChange, RunSource } from '../runPanel.ts';
import { clearProcessGroup, killProcessGroup } from './processGroup.ts';
import { Run } from './run.ts';
import { readLogTail } from './runFolder.ts';
import { watchEvents } from './watchEvents.ts';
import type { NewRun, TrainerLauncher } from './trainerLauncher.ts';

/** What the supervisor needs from outside. */
export interface SupervisorSurroundings {
  /** The project folder on disk. */
  readonly projectPath: string;
  readonly launcher: TrainerLauncher;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Told what went wrong where nobody waits for an answer. */
  readonly onError: (thrown: unknown) => void;
}

/** A live run is looked at this often, besides what the file system reports. */
const pollMs = 500;
/** How long a process may take from its start to its first heartbeat. */
const startGraceMs = 20_000;
/** How long a run may take to obey a stop before its process is ended: a PPO iteration is long. */
export const stopGraceMs = 30_000;
/** How long a process that has said its last word may take to be gone. */
const leaveGraceMs = 5000;

/** See the file's header. */
export class RunSupervisor implements RunSource, Disposable {
  private readonly surroundings: SupervisorSurroundings;
  private readonly folder: string;
  private readonly owned = new Disposables();
  private readonly known = new Map<string, Run>();
  /** Runs whose process was started here and has not been seen alive yet, with their deadline. */
  private readonly starting = new Map<string, number>();
  private readonly changed: Emitter<RunChange>;
  private readonly listed: Emitter<undefined>;
  private readonly ended: Emitter<Run>;
  private readonly watched = new Map<string, Disposable>();
  private timer: NodeJS.Timeout | undefined;
  private scanning: Promise<void> | undefined;
  private queued: Promise<void> | undefined;
  /** Runs that were read before: what they were before the first look is no news. */
  private readonly looked = new Set<string>();

  constructor(surroundings: SupervisorSurroundings) {
    this.surroundings = surroundings;
    this.folder = path.join(surroundings.projectPath, 'runs');
    this.changed = this.owned.add(new Emitter<RunChange>(surroundings.onError));
    this.listed = this.owned.add(new Emitter<undefined>(surroundings.onError));
    this.ended = this.owned.add(new Emitter<Run>(surroundings.onError));
  }

  /** News of one run, within a second of being written while it lives. */
  get onDidChange(): Listen<RunChange> {
    return this.changed.event;
  }

  /** Runs came or went, or one became live or ceased to be. */
  get onDidChangeRuns(): Listen<undefined> {
    return this.listed.event;
  }

  /** A run that was live while this window watched has come to its end, whichever. */
  get onDidEnd(): Listen<Run> {
    return this.ended.event;
  }

  /** Newest first; without those that have not been read yet. */
  get runs(): readonly Run[] {
    return [...this.known.values()]
      .filter(({ id }) => this.looked.has(id))
      .sort((a, b) => startOf(b) - startOf(a) || compare(b.id, a.id));
  }

  get liveRuns(): readonly Run[] {
    return this.runs.filter((run) => this.isLive(run));
  }

  /** Whether a process is at work on the run, or was started a moment ago. */
  isLive(run: Run): boolean {
    return run.isLive || this.starting.has(run.id);
  }

  run(id: string): Run | undefined {
    return this.known.get(id);
  }

  /** Looks for run folders that came or went and reads what is new in all of them. */
  rescan(): Promise<void> {
    if (this.scanning === undefined) {
      this.scanning = this.scan().finally(() => {
        this.scanning = undefined;
      });
      return this.scanning;
    }
    // A scan that is under way may have passed what the caller knows of: one more follows it.
    this.queued ??= this.scanning
      .catch(() => undefined) // its own caller is told
      .then(() => {
        this.queued = undefined;
        return this.rescan();
      });
    return this.queued;
  }

  /**
   * Makes a run folder and starts it.
   * @throws InstructError as the trainer put it.
   */
  async start(run: NewRun): Promise<Run> {
    const { launcher, projectPath } = this.surroundings;
    const id = await launcher.create(projectPath, run);
    await this.rescan();
    const made = this.known.get(id);
    if (made === undefined) {
      throw new InstructError({
        code: 'bad-run',
        message: l10n.t`The run folder runs/${id} was made but cannot be found.`,
        remedy: l10n.t('Check that the project folder is on a local disk, and start again.'),
      });
    }
    this.launch(made);
    return made;
  }

  /**
   * Lets a paused run go on, or starts a process on a run that has none.
   * @throws InstructError `run-is-live` when it is at work, `bad-run` when it is finished.
   */
  async resume(run: Run): Promise<void> {
    await this.refresh(run);
    await rm(this.control(run, 'pause'), { force: true });
    if (run.state === 'paused') return;
    if (this.isLive(run)) {
      throw new InstructError({
        code: 'run-is-live',
        message: l10n.t`The run ${run.id} is at work already.`,
        remedy: l10n.t('Open it to watch, or stop it first.'),
      });
    }
    if (!run.isResumable) {
      throw new InstructError(
        run.problem ?? {
          code: 'bad-run',
          message: l10n.t`The run ${run.id} is finished: there is nothing to resume.`,
          remedy: l10n.t('Start a new run.'),
        },
      );
    }
    await rm(this.control(run, 'stop'), { force: true });
    this.launch(run);
  }

  /** Asks a run to wait after the step that is being done. */
  async pause(run: Run): Promise<void> {
    await this.ask(run, 'pause');
  }

  /**
   * Asks a run to stop with a checkpoint; resolves when it has ended. A process that has not
   * obeyed after `graceMs` is ended with its group; what one that obeyed has left of its group is
   * ended too.
   */
  async stop(run: Run, graceMs: number = stopGraceMs): Promise<void> {
    await this.ask(run, 'stop');
    await rm(this.control(run, 'pause'), { force: true });
    const { clock } = this.surroundings;
    const terminateAt = clock() + graceMs;
    const killAt = terminateAt + 5000;
    let signalled: 'SIGTERM' | 'SIGKILL' | undefined;
    let leader = run.heartbeat?.pid;
    while (this.isLive(run) && !this.owned.isDisposed) {
      await sleep(200);
      await this.refresh(run);
      leader = run.heartbeat?.pid ?? leader;
      const now = clock();
      const signal = now > killAt ? 'SIGKILL' : now > terminateAt ? 'SIGTERM' : undefined;
      if (signal === undefined || signal === signalled || run.heartbeat === null) continue;
      if (!run.isLive) break;
      killProcessGroup(run.heartbeat.pid, signal);
      signalled = signal;
    }
    if (leader !== undefined) await clearProcessGroup(leader, leaveGraceMs);
  }

  /** The error with which a process that was started here went away before its first event. */
  async startFailure(run: Run, exitCode: number | null): Promise<InstructError> {
    const log = await readLogTail(run.folder, 1);
    const code = exitCode === null ? l10n.t('a signal') : l10n.t`exit code ${exitCode}`;
    return new InstructError({
      code: 'interrupted',
      message:
        log === ''
          ? l10n.t`The run ${run.id} did not start (${code})`
          : l10n.t`The run ${run.id} did not start (${code}): ${log}`,
      remedy: l10n.t('Look at its log, then resume it.'),
    });
  }

  /** A run by id, read up to now; undefined when there is none. */
  async find(runId: string): Promise<Run | undefined> {
    if (!this.known.has(runId)) await this.rescan();
    const run = this.known.get(runId);
    if (run !== undefined) await this.refresh(run);
    return run;
  }

  /** See {@link runs}. */
  list(): readonly Run[] {
    return this.runs;
  }

  /** Stops watching. The runs go on. */
  dispose(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watched.values()) watcher.dispose();
    this.watched.clear();
    this.owned.dispose();
  }

  private launch(run: Run): void {
    const { launcher, clock, onError } = this.surroundings;
    const { exited } = launcher.launch(run.folder);
    this.starting.set(run.id, clock() + startGraceMs);
    this.listed.fire(undefined);
    this.schedule();
    const settle = async (): Promise<void> => {
      const exitCode = await exited;
      const neverSeen = this.starting.delete(run.id);
      await this.refresh(run);
      if (neverSeen && exitCode !== 0 && run.view.state !== 'failed') {
        onError(await this.startFailure(run, exitCode));
      }
      this.listed.fire(undefined);
    };
    settle().catch(onError);
  }

  private async scan(): Promise<void> {
    const names = await runFolderNames(this.folder);
    let moved = false;
    for (const id of this.known.keys()) {
      if (names.has(id)) continue;
      this.known.delete(id);
      this.starting.delete(id);
      this.looked.delete(id);
      moved = true;
    }
    for (const name of names) {
      if (this.known.has(name)) continue;
      this.known.set(name, new Run(path.join(this.folder, name), this.surroundings.clock));
      moved = true;
    }
    for (const run of this.known.values()) {
      if (this.owned.isDisposed) return;
      await this.refresh(run);
    }
    if (moved && !this.owned.isDisposed) this.listed.fire(undefined);
    this.schedule();
  }

  /** Reads one run and tells of its news. */
  private async refresh(run: Run): Promise<void> {
    const wasLive = this.isLive(run);
    const { events, restarted, changed } = await run.refresh();
    if (this.owned.isDisposed) return;
    const firstLook = !this.looked.has(run.id);
    this.looked.add(run.id);
    const deadline = this.starting.get(run.id);
    if (run.isLive || (deadline !== undefined && this.surroundings.clock() > deadline)) {
      this.starting.delete(run.id);
    }
    const isLive = this.isLive(run);
    this.follow(run, isLive);
    if (changed || wasLive !== isLive) this.changed.fire({ run, events, restarted });
    if (firstLook || wasLive === isLive) return;
    this.listed.fire(undefined);
    if (isLive) this.schedule();
    else this.ended.fire(run);
  }

  /** Has the file system report a live run's events, so that they arrive before the next poll. */
  private follow(run: Run, isLive: boolean): void {
    const watcher = this.watched.get(run.id);
    if (!isLive) {
      watcher?.dispose();
      this.watched.delete(run.id);
    } else if (watcher === undefined) {
      this.watched.set(
        run.id,
        watchEvents(run, () => void this.refresh(run).catch(this.surroundings.onError)),
      );
    }
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.owned.isDisposed || this.liveRuns.length === 0) return;
    this.timer = setTimeout(() => {
      const poll = async (): Promise<void> => {
        for (const run of this.liveRuns) await this.refresh(run);
        if (this.pipelineMovedOn()) await this.rescan();
        this.schedule();
      };
      poll().catch(this.surroundings.onError);
    }, pollMs);
  }

  /** A pipeline makes run folders of its own: is there one that has not been seen? */
  private pipelineMovedOn(): boolean {
    return this.liveRuns.some(
      (run) => run.view.child !== undefined && !this.known.has(run.view.child),
    );
  }

  private async ask(run: Run, name: ControlName): Promise<void> {
    await this.refresh(run);
    if (!this.isLive(run)) {
      throw new InstructError({
        code: 'bad-run',
        message:
          name === 'pause'
            ? l10n.t`The run ${run.id} is not at work: there is nothing to pause.`
            : l10n.t`The run ${run.id} is not at work: there is nothing to stop.`,
        remedy: run.isResumable ? l10n.t('Resume it to go on.') : l10n.t('Start a new run.'),
      });
    }
    await mkdir(path.join(run.folder, runFiles.control), { recursive: true });
    await writeFile(this.control(run, name), '');
  }

  private control(run: Run, name: ControlName): string {
    return path.join(run.folder, runFiles.control, name);
  }
}

async function runFolderNames(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (thrown: unknown): Dirent[] => {
      const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
      if (missing) return [];
      throw thrown;
    },
  );
  return new Set(
    entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name),
  );
}

function startOf(run: Run): number {
  return run.spec === undefined ? 0 : Date.parse(run.spec.created);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
