/**
 * Drives the work of one run: from its latest checkpoint, step by step, writing events and
 * checkpoints, obeying the control files, to its result or to a `failed` event that says why.
 */
import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { InstructError, toErrorData } from '../protocol/errors.ts';
import type { StepReport } from '../ml/rlhf/trainingLoop.ts';
import { rolloutsFile } from '../protocol/rollouts.ts';
import { runFiles } from '../protocol/run.ts';
import { syncFolder } from './atomicFile.ts';
import { latestCheckpoint, pruneCheckpoints, writeCheckpoint } from './checkpoints.ts';
import { Control, lookEveryMs } from './control.ts';
import { DeviceTicket } from './deviceQueue.ts';
import { EventLog } from './eventLog.ts';
import { Ownership } from './ownership.ts';
import type { RunEnd, Surroundings, WorkContext, WorkMaker } from './runContext.ts';
import type { Run } from './runFolder.ts';
import { readRunView } from './runView.ts';
import { StoppedWithin, type RunWork } from './runWork.ts';
import { TensorBoardLog } from './tensorBoard.ts';
import { Throttle } from './throttle.ts';

/** How often progress is written, at most. */
const progressEveryMs = 200;
/** A checkpoint may take at most this share of the time. */
const checkpointShare = 0.05;
const keptCheckpoints = 2;
/** How often a run that waits for the device looks whether it is free. */
const queueLookMs = 300;

/**
 * Drives a run to its end. A finished run is left as it is.
 * @throws InstructError `run-is-live` when another process holds the run; nothing is written then.
 */
export async function driveRun(
  run: Run,
  makeWork: WorkMaker,
  surroundings: Surroundings,
  parent: Control | null = null,
): Promise<RunEnd> {
  const ownership = Ownership.acquire(run.folder, surroundings.clock);
  try {
    const standing = readRunView(run.folder);
    if (standing.state === 'finished') return { outcome: 'finished', view: standing };
    const startedAt = performance.timeOrigin;
    const control = new Control(run.folder, startedAt, surroundings.stopSignal, parent);
    const board =
      run.spec.tensorboard === true
        ? new TensorBoardLog(join(run.folder, runFiles.tensorboard), surroundings.clock)
        : undefined;
    const events = new EventLog(join(run.folder, runFiles.events), surroundings.clock, (event) => {
      surroundings.listen(run, event);
      board?.apply(event);
    });
    const { queueFolder, clock } = surroundings;
    const ticket =
      queueFolder === undefined ? undefined : new DeviceTicket(queueFolder, run.spec.id, clock());
    try {
      if ((await turn(ticket, events, control, ownership)) === 'stop') {
        events.append({ type: 'stopped', step: standing.step });
        return { outcome: 'stopped' };
      }
      return await new Drive(run, surroundings, ownership, control, events).run(makeWork);
    } finally {
      ticket?.leave();
      events.close();
      board?.close();
      control.clearAll();
    }
  } finally {
    await ownership.release();
  }
}

/** Waits until the device is free; says whether the run is to stop instead. */
async function turn(
  ticket: DeviceTicket | undefined,
  events: EventLog,
  control: Control,
  ownership: Ownership,
): Promise<'go' | 'stop'> {
  let told: string | undefined;
  for (;;) {
    const behind = ticket?.behind();
    if (behind === undefined) return 'go';
    if (control.stopAsked()) return 'stop';
    if (behind !== told) events.append({ type: 'queued', behind });
    told = behind;
    ownership.check();
    await sleep(queueLookMs);
  }
}

class Drive {
  private readonly owned: Run;
  private readonly surroundings: Surroundings;
  private readonly ownership: Ownership;
  private readonly control: Control;
  private readonly events: EventLog;
  private work: RunWork | null = null;
  private lastCheckpoint: { step: number; at: number; tookMs: number };

  constructor(
    run: Run,
    surroundings: Surroundings,
    ownership: Ownership,
    control: Control,
    events: EventLog,
  ) {
    this.owned = run;
    this.surroundings = surroundings;
    this.ownership = ownership;
    this.control = control;
    this.events = events;
    this.lastCheckpoint = { step: -1, at: surroundings.clock(), tookMs: 0 };
  }

  async run(makeWork: WorkMaker): Promise<RunEnd> {
    const { crashSignal } = this.surroundings;
    const crashed = new Promise<never>((_, reject) => {
      crashSignal.addEventListener('abort', () => {
        reject(crashSignal.reason instanceof Error ? crashSignal.reason : new Error('crashed'));
      });
    });
    try {
      return await Promise.race([this.build(makeWork).then((work) => this.drive(work)), crashed]);
    } catch (thrown) {
      return this.fail(thrown);
    } finally {
      if (!crashSignal.aborted) this.work?.dispose();
    }
  }

  private async build(makeWork: WorkMaker): Promise<RunWork> {
    this.work = await makeWork(this.context());
    return this.work;
  }

  private context(): WorkContext {
    return {
      run: this.owned,
      surroundings: this.surroundings,
      control: this.control,
      warn: (code, message) => {
        this.events.append({ type: 'warning', code, message });
      },
      emit: (event) => {
        this.events.append(event);
      },
    };
  }

  private async drive(work: RunWork): Promise<RunEnd> {
    await this.start(work);
    const { clock } = this.surroundings;
    const look = new Throttle(lookEveryMs, clock);
    const showProgress = new Throttle(progressEveryMs, clock);
    const start = { step: work.step, time: clock() };
    while (work.step < work.totalSteps) {
      if (this.surroundings.stopSignal.aborted || look.take()) {
        if ((await this.obey(work)) === 'stop') return await this.stop(work);
        await setImmediate(); // lets the heartbeat and the log have their turn
      }
      try {
        const begin = clock();
        const report = await work.advance();
        this.report(work, report, (clock() - begin) / 1000);
        if (report.stop !== undefined && work.step < work.totalSteps) return await this.stop(work);
      } catch (error) {
        if (error instanceof StoppedWithin) return await this.stop(work);
        throw error;
      }
      if (showProgress.take() || work.step === work.totalSteps) {
        this.progress(work, ((clock() - start.time) / (work.step - start.step)) * 1e-3);
      }
      if (this.checkpointIsDue(work)) await this.checkpoint(work);
    }
    await this.checkpoint(work);
    return this.finish(work);
  }

  private async start(work: RunWork): Promise<void> {
    const { spec, folder } = this.owned;
    const found = await latestCheckpoint(join(folder, runFiles.checkpoints));
    if (found.state !== null) {
      work.restore(found.state);
      this.lastCheckpoint.step = work.step;
    }
    this.events.append({
      type: 'started',
      stage: spec.stage,
      pid: process.pid,
      totalSteps: work.totalSteps,
      ...(found.state === null ? {} : { resumedFrom: work.step }),
    });
    if (this.events.repairedBytes > 0) {
      const bytes = this.events.repairedBytes;
      const message = `${runFiles.events}: a torn last line of ${bytes} bytes was cut off.`;
      this.events.append({ type: 'warning', code: 'torn-line', message });
    }
    for (const message of found.problems) {
      this.events.append({ type: 'warning', code: 'bad-checkpoint', message });
    }
    this.events.sync();
    this.lastCheckpoint.at = this.surroundings.clock();
    for (const name of readdirSync(folder)) {
      // What a process left that was killed while it wrote its model.
      if (/^model\..*\.(tmp|old)$/.test(name)) rmSync(join(folder, name), { recursive: true });
    }
  }

  /** Waits as long as the run is to pause; says whether it is to stop. */
  private async obey(work: RunWork): Promise<'go' | 'stop'> {
    this.ownership.check();
    if (this.control.stopAsked()) return 'stop';
    if (this.control.takeCheckpointRequest()) await this.checkpoint(work);
    if (!this.control.pauseAsked()) return 'go';
    await this.checkpoint(work);
    this.events.append({ type: 'paused', step: work.step });
    this.events.sync();
    for (;;) {
      await sleep(lookEveryMs);
      this.ownership.check();
      if (this.control.stopAsked()) return 'stop';
      if (this.control.takeCheckpointRequest()) await this.checkpoint(work);
      if (!this.control.pauseAsked()) break;
    }
    this.events.append({ type: 'continued', step: work.step });
    return 'go';
  }

  private report(work: RunWork, report: StepReport, seconds: number): void {
    const step = work.step;
    for (const [name, value] of Object.entries(report.metrics)) {
      if (!Number.isFinite(value)) {
        throw new InstructError({
          code: 'not-a-number',
          message: `${name} is ${value} at step ${step}.`,
          remedy: 'Lower the learning rate, or look for broken records in the data.',
        });
      }
    }
    const values: Record<string, number> = { ...report.metrics };
    if (report.tokens !== undefined && seconds > 0) {
      values['tokens_per_second'] = report.tokens / seconds;
    }
    if (Object.keys(values).length > 0) this.events.append({ type: 'metrics', step, values });
    for (const sample of report.samples ?? []) {
      this.events.append({ type: 'sample', step, ...sample });
    }
    for (const { code, message, remedy } of report.warnings ?? []) {
      this.events.append({ type: 'warning', step, code, message, remedy });
    }
    const lines = (report.rollouts ?? []).map((episode) => `${JSON.stringify(episode)}\n`);
    if (lines.length > 0) appendFileSync(join(this.owned.folder, rolloutsFile), lines.join(''));
  }

  private progress(work: RunWork, secondsPerStep: number): void {
    const { step, totalSteps } = work;
    const secondsLeft = Math.round(secondsPerStep * (totalSteps - step) * 10) / 10;
    this.events.append({ type: 'progress', step, totalSteps, secondsLeft });
  }

  private checkpointIsDue(work: RunWork): boolean {
    const { checkpointEverySeconds, checkpointEverySteps, clock } = this.surroundings;
    if (checkpointEverySteps > 0 && work.step % checkpointEverySteps === 0) return true;
    const { at, tookMs } = this.lastCheckpoint;
    return clock() - at >= Math.max(1000 * checkpointEverySeconds, tookMs / checkpointShare);
  }

  private async checkpoint(work: RunWork): Promise<void> {
    if (work.step === this.lastCheckpoint.step) return;
    this.ownership.check();
    const { clock } = this.surroundings;
    const begin = clock();
    const parent = join(this.owned.folder, runFiles.checkpoints);
    await work.settle?.();
    const name = await writeCheckpoint(parent, work.step, work.snapshot());
    pruneCheckpoints(parent, keptCheckpoints);
    const path = `${runFiles.checkpoints}/${name}`;
    this.events.append({ type: 'checkpoint', step: work.step, path });
    this.events.sync();
    this.lastCheckpoint = { step: work.step, at: clock(), tookMs: clock() - begin };
  }

  private async stop(work: RunWork): Promise<RunEnd> {
    await this.checkpoint(work);
    this.events.append({ type: 'stopped', step: work.step });
    this.events.sync();
    return { outcome: 'stopped' };
  }

  private async finish(work: RunWork): Promise<RunEnd> {
    const { folder, project } = this.owned;
    const { writeModel, summary } = await work.finish();
    this.ownership.check();
    const event = { type: 'finished', step: work.step, summary: { ...summary } } as const;
    if (writeModel === null) {
      this.events.append(event);
    } else {
      const target = join(folder, runFiles.model);
      await writeModel(target);
      syncFolder(folder);
      this.events.append({ ...event, model: relativePath(project, target) });
    }
    this.events.sync();
    pruneCheckpoints(join(folder, runFiles.checkpoints), 1);
    return { outcome: 'finished', view: readRunView(folder) };
  }

  private fail(thrown: unknown): RunEnd {
    const { folder, spec } = this.owned;
    const data = toErrorData(thrown);
    const error =
      data.place === undefined
        ? { ...data, message: `${spec.id}: ${data.message}`, place: { path: folder } }
        : data;
    this.events.appendLast({
      type: 'failed',
      error,
      ...(this.work === null ? {} : { step: this.work.step }),
    });
    const trace = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    try {
      appendFileSync(join(folder, runFiles.log), `${trace}\n`);
    } catch (logError) {
      if (error.code !== 'disk-full') throw logError; // no room for the trace, and it is known why
    }
    return { outcome: 'failed', error };
  }
}

function relativePath(from: string, to: string): string {
  return to.slice(from.length + 1).replaceAll('\\', '/');
}
