/**
 * What a run's events add up to. A resumed run repeats the steps after its checkpoint, so the
 * metrics and samples after `started.resumedFrom` are superseded: the fold drops them, and every
 * step stands once, with the value of the process that went on from there.
 */
import type { ErrorData } from './errors.ts';
import {
  heartbeatStaleMs,
  runEventSchema,
  type Heartbeat,
  type RunEvent,
  type RunState,
  type Stage,
} from './run.ts';

/** One metric over the steps of a run. All arrays have one element a step, in rising order. */
export interface MetricSeries {
  readonly steps: readonly number[];
  /**
   * Seconds at work when the value was written: the processes' times one after another, without
   * pauses, without the time between them, and without work that a resumed run did again.
   */
  readonly seconds: readonly number[];
  readonly values: readonly number[];
}

/** An event of one type. */
export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** What the events so far say. `interrupted` is not among the states: see {@link observedState}. */
export interface RunView {
  readonly state: Exclude<RunState, 'interrupted'>;
  readonly stage: Stage | undefined;
  /** Process id of the process that wrote the last `started`. */
  readonly pid: number | undefined;
  readonly step: number;
  readonly totalSteps: number;
  readonly message: string | undefined;
  readonly secondsLeft: number | undefined;
  /** The run of a pipeline that is at work, where the pipeline said so. */
  readonly child: string | undefined;
  /** By name, in the order of their first appearance. */
  readonly metrics: ReadonlyMap<string, MetricSeries>;
  readonly samples: readonly RunEventOf<'sample'>[];
  readonly warnings: readonly RunEventOf<'warning'>[];
  /** Every checkpoint that stands for a step of this run, oldest first; most are pruned by now. */
  readonly checkpoints: readonly RunEventOf<'checkpoint'>[];
  /** Why the run failed; gone when it is resumed. */
  readonly error: ErrorData | undefined;
  readonly finished: RunEventOf<'finished'> | undefined;
  /** Time of the first `started`, milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  /** Time of the last event, milliseconds since the epoch. */
  readonly updatedAt: number | undefined;
  /** Seconds at work up to the last start or pause. */
  readonly workedSeconds: number;
  /** Since when it is at work, milliseconds since the epoch; undefined while it is not. */
  readonly workingSince: number | undefined;
}

/** A {@link RunView} that grows by one event at a time. */
export interface RunFold {
  /** The view, updated in place by {@link apply}. */
  readonly view: RunView;
  apply(event: RunEvent): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface MutableSeries {
  readonly steps: number[];
  readonly seconds: number[];
  readonly values: number[];
}

/** The view of no events at all. */
export const emptyRunView: RunView = {
  state: 'created',
  stage: undefined,
  pid: undefined,
  step: 0,
  totalSteps: 0,
  message: undefined,
  secondsLeft: undefined,
  child: undefined,
  metrics: new Map(),
  samples: [],
  warnings: [],
  checkpoints: [],
  error: undefined,
  finished: undefined,
  startedAt: undefined,
  updatedAt: undefined,
  workedSeconds: 0,
  workingSince: undefined,
};

/** A fold that goes on from a view, which it copies; from no events when there is none. */
export function createRunFold(from: RunView = emptyRunView): RunFold {
  const metrics = new Map<string, MutableSeries>();
  for (const [name, { steps, seconds, values }] of from.metrics) {
    metrics.set(name, { steps: [...steps], seconds: [...seconds], values: [...values] });
  }
  const samples = [...from.samples];
  const warnings = [...from.warnings];
  const checkpoints = [...from.checkpoints];
  const view: Mutable<RunView> = { ...from, metrics, samples, warnings, checkpoints };
  const reached = (step: number): void => {
    view.step = Math.max(view.step, step);
  };
  const apply = (event: RunEvent): void => {
    view.updatedAt = event.time;
    switch (event.type) {
      case 'started': {
        const from = event.resumedFrom ?? 0;
        view.workedSeconds = 0;
        for (const series of metrics.values()) {
          dropAfter(series, from);
          view.workedSeconds = Math.max(view.workedSeconds, series.seconds.at(-1) ?? 0);
        }
        for (const events of [samples, checkpoints]) {
          while ((events.at(-1)?.step ?? 0) > from) events.pop();
        }
        Object.assign(view, {
          workingSince: event.time,
          state: 'running',
          stage: event.stage,
          pid: event.pid,
          step: from,
          totalSteps: event.totalSteps,
          message: undefined,
          secondsLeft: undefined,
          child: undefined,
          error: undefined,
          finished: undefined,
          startedAt: view.startedAt ?? event.time,
        } satisfies Partial<RunView>);
        return;
      }
      case 'queued':
        view.state = 'queued';
        view.message = `waiting for ${event.behind}`;
        return;
      case 'progress':
        reached(event.step);
        view.totalSteps = event.totalSteps;
        view.message = event.message;
        view.secondsLeft = event.secondsLeft;
        view.child = event.child;
        return;
      case 'metrics': {
        reached(event.step);
        const worked = secondsAtWork(view, event.time);
        for (const [name, value] of Object.entries(event.values)) {
          const series = metrics.get(name) ?? { steps: [], seconds: [], values: [] };
          metrics.set(name, series);
          dropAfter(series, event.step - 1);
          series.steps.push(event.step);
          series.seconds.push(Math.max(worked, series.seconds.at(-1) ?? 0)); // a clock set back
          series.values.push(value);
        }
        return;
      }
      case 'sample':
        samples.push(event);
        return;
      case 'checkpoint':
        checkpoints.push(event);
        return;
      case 'warning':
        warnings.push(event);
        return;
      case 'paused':
        view.state = 'paused';
        view.workedSeconds = secondsAtWork(view, event.time);
        view.workingSince = undefined;
        view.secondsLeft = undefined;
        return;
      case 'continued':
        view.state = 'running';
        view.workingSince = event.time;
        return;
      case 'stopped':
        view.state = 'stopped';
        view.secondsLeft = undefined;
        return;
      case 'failed':
        view.state = 'failed';
        view.error = event.error;
        view.secondsLeft = undefined;
        return;
      case 'finished':
        reached(event.step);
        view.state = 'finished';
        view.finished = event;
        view.secondsLeft = undefined;
    }
  };
  return { view, apply };
}

/** The view of a whole list of events. */
export function foldRun(events: Iterable<RunEvent>): RunView {
  const fold = createRunFold();
  for (const event of events) fold.apply(event);
  return fold.view;
}

/**
 * The event in one line of `events.jsonl`, or null when the line is torn, or of a type that this
 * build does not know.
 */
export function readRunEvent(line: string): RunEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null; // a line torn by a crash: the writer cuts it off when the run is resumed
  }
  return runEventSchema.safeParse(value).data ?? null;
}

/**
 * The state that a watcher sees: events that say "running" are believed only as long as the
 * process that wrote them is alive and its heartbeat is fresh. `pidAlive` says whether a process
 * with the heartbeat's pid exists on this machine; `now` is in milliseconds since the epoch.
 */
export function observedState(
  state: RunView['state'],
  heartbeat: Heartbeat | null,
  pidAlive: boolean,
  now: number,
): RunState {
  if (state !== 'running' && state !== 'paused' && state !== 'queued') return state;
  const fresh = heartbeat !== null && now - heartbeat.beatAt < heartbeatStaleMs;
  return fresh && pidAlive ? state : 'interrupted';
}

function secondsAtWork({ workedSeconds, workingSince }: RunView, now: number): number {
  return workedSeconds + (workingSince === undefined ? 0 : (now - workingSince) / 1000);
}

function dropAfter(series: MutableSeries, step: number): void {
  while ((series.steps.at(-1) ?? -Infinity) > step) {
    series.steps.pop();
    series.seconds.pop();
    series.values.pop();
  }
}
