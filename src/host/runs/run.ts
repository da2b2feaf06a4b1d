/** One run folder as this window sees it: what it is to do, how far it is, whether it lives. */
import path from 'node:path';
import { toErrorData, type ErrorData } from '../../protocol/errors.ts';
import { createRunFold, observedState, type RunView } from '../../protocol/runFold.ts';
import {
  heartbeatStaleMs,
  runFiles,
  type Heartbeat,
  type RunEvent,
  type RunSpec,
  type RunState,
} from '../../protocol/run.ts';
import { EventTail } from './eventTail.ts';
import { pidAlive, readHeartbeat, readRunSpec } from './runFolder.ts';

/** What one look at a run folder has brought. */
export interface RunNews {
  /** Whether anything that a watcher can see has changed. */
  readonly changed: boolean;
  /** The events that were read. */
  readonly events: readonly RunEvent[];
  /** The file of events began anew: `events` is everything. */
  readonly restarted: boolean;
}

/** See the file's header. {@link refresh} brings it up to date; nothing else reads the disk. */
export class Run {
  readonly id: string;
  readonly folder: string;
  private readonly clock: () => number;
  private readonly tail: EventTail;
  private fold = createRunFold();
  private known: RunSpec | undefined;
  private specProblem: ErrorData | undefined;
  private observed: RunState = 'created';
  private beat: Heartbeat | null = null;
  private refreshing: Promise<RunNews> | undefined;

  constructor(folder: string, clock: () => number) {
    this.id = path.basename(folder);
    this.folder = folder;
    this.clock = clock;
    this.tail = new EventTail(path.join(folder, runFiles.events));
  }

  /** What `run.json` says; undefined when it cannot be read, see {@link problem}. */
  get spec(): RunSpec | undefined {
    return this.known;
  }

  /** Why the folder is no run that this build understands. */
  get problem(): ErrorData | undefined {
    return this.specProblem;
  }

  get view(): RunView {
    return this.fold.view;
  }

  get state(): RunState {
    return this.observed;
  }

  /** The newest heartbeat, fresh or stale. */
  get heartbeat(): Heartbeat | null {
    return this.beat;
  }

  /** Whether a process is at work on this run now. */
  get isLive(): boolean {
    if (['queued', 'running', 'paused'].includes(this.observed)) return true;
    return this.observed === 'created' && this.beat !== null && this.beats(this.beat);
  }

  /** Whether a process can be started that goes on with it, or starts it. */
  get isResumable(): boolean {
    if (this.known === undefined || this.isLive) return false;
    return this.observed !== 'finished';
  }

  /** Reads what is new. Calls that overlap share one reading, and its news. */
  refresh(): Promise<RunNews> {
    this.refreshing ??= this.readNew().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async readNew(): Promise<RunNews> {
    const before = `${this.observed} ${this.isLive} ${this.specProblem?.message ?? ''}`;
    if (this.known === undefined) {
      try {
        this.known = await readRunSpec(this.folder);
        this.specProblem = undefined;
      } catch (thrown) {
        this.specProblem = toErrorData(thrown);
      }
    }
    // Whether the process lives is asked before its events are read: what it wrote last is then
    // never missed, and a run that has just finished does not look interrupted.
    this.beat = await readHeartbeat(this.folder);
    const alive = this.beat !== null && pidAlive(this.beat.pid);
    const { events, restarted } = await this.tail.read();
    if (restarted) this.fold = createRunFold();
    for (const event of events) this.fold.apply(event);
    const moved = restarted || events.length > 0;
    this.observed = observedState(this.fold.view.state, this.beat, alive, this.clock());
    const after = `${this.observed} ${this.isLive} ${this.specProblem?.message ?? ''}`;
    return { events, restarted, changed: moved || before !== after };
  }

  private beats(heartbeat: Heartbeat): boolean {
    return this.clock() - heartbeat.beatAt < heartbeatStaleMs && pidAlive(heartbeat.pid);
  }
}
