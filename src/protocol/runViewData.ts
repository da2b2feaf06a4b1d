/** A run's folded view as data that a message can carry: metrics travel as typed arrays. */
import * as z from 'zod';
import { errorDataSchema, runEventSchema, stages, type RunEvent, type RunState } from './run.ts';
import type { MetricSeries, RunEventOf, RunView } from './runFold.ts';

/** The newest warnings that a message carries. */
export const carriedEvents = 100;
/** Samples and checkpoints that a message carries, of each: more are thinned out evenly. */
export const carriedMarks = 1000;

/** The state of a run as a watcher sees it. */
export const runStateSchema = z.enum([
  'created',
  'queued',
  'running',
  'paused',
  'stopped',
  'interrupted',
  'failed',
  'finished',
] satisfies RunState[]);

/** A `RunView` in a message. Values are rounded to float32. */
export const runViewDataSchema = z.object({
  state: runStateSchema.exclude(['interrupted']),
  stage: z.enum(stages).optional(),
  pid: z.int().optional(),
  step: z.int(),
  totalSteps: z.int(),
  message: z.string().optional(),
  secondsLeft: z.number().optional(),
  child: z.string().optional(),
  /** Steps and seconds, each once, however many metrics were written at them. */
  axes: z.array(
    z.object({ steps: z.instanceof(Float64Array), seconds: z.instanceof(Float64Array) }),
  ),
  metrics: z.array(
    z.object({
      name: z.string(),
      /** Which of the axes. */
      axis: z.int().min(0),
      values: z.instanceof(Float32Array),
    }),
  ),
  /** Samples, checkpoints, the newest warnings, and the `finished` event that stands. */
  events: z.array(runEventSchema),
  error: errorDataSchema.optional(),
  startedAt: z.number().optional(),
  updatedAt: z.number().optional(),
  workedSeconds: z.number(),
  workingSince: z.number().optional(),
});
/** See {@link runViewDataSchema}. */
export type RunViewData = z.infer<typeof runViewDataSchema>;

/** Packs a view. The arrays are copies. */
export function packRunView(view: RunView): RunViewData {
  const { metrics, samples, warnings, checkpoints, finished, ...rest } = view;
  const events: RunEvent[] = [
    ...thinned(samples),
    ...thinned(checkpoints),
    ...warnings.slice(-carriedEvents),
    ...(finished === undefined ? [] : [finished]),
  ];
  const axes: RunViewData['axes'] = [];
  const packed = [...metrics].map(([name, { steps, seconds, values }]) => {
    let axis = axes.findIndex((known) => sameNumbers(known.steps, steps));
    if (axis === -1) {
      const made = { steps: Float64Array.from(steps), seconds: Float64Array.from(seconds) };
      axis = axes.push(made) - 1;
    }
    return { name, axis, values: Float32Array.from(values) };
  });
  return { ...rest, axes, metrics: packed, events };
}

/** Unpacks a view, to be gone on from with `createRunFold`. */
export function unpackRunView(data: RunViewData): RunView {
  const axes = data.axes.map(({ steps, seconds }) => ({
    steps: Array.from(steps),
    seconds: Array.from(seconds),
  }));
  const metrics = new Map<string, MetricSeries>(
    data.metrics.map(({ name, axis, values }) => [
      name,
      { ...(axes.at(axis) ?? { steps: [], seconds: [] }), values: Array.from(values) },
    ]),
  );
  const ofType = <T extends RunEvent['type']>(type: T) =>
    data.events.filter((event): event is RunEventOf<T> => event.type === type);
  return {
    state: data.state,
    stage: data.stage,
    pid: data.pid,
    step: data.step,
    totalSteps: data.totalSteps,
    message: data.message,
    secondsLeft: data.secondsLeft,
    child: data.child,
    metrics,
    samples: ofType('sample'),
    warnings: ofType('warning'),
    checkpoints: ofType('checkpoint'),
    error: data.error,
    finished: ofType('finished').at(-1),
    startedAt: data.startedAt,
    updatedAt: data.updatedAt,
    workedSeconds: data.workedSeconds,
    workingSince: data.workingSince,
  };
}

/** Events of evenly spread steps, with those of the first and of the last, all of a step or none. */
function thinned<E extends { readonly step: number }>(events: readonly E[]): readonly E[] {
  if (events.length <= carriedMarks) return events;
  const steps = [...new Set(events.map(({ step }) => step))];
  const wanted = Math.max(2, Math.floor((carriedMarks / events.length) * steps.length));
  const kept = new Set(
    Array.from({ length: wanted }, (_, at) =>
      steps.at(Math.round((at * (steps.length - 1)) / (wanted - 1))),
    ),
  );
  return events.filter(({ step }) => kept.has(step));
}

function sameNumbers(a: Float64Array, b: readonly number[]): boolean {
  if (a.length !== b.length || a.at(-1) !== b.at(-1)) return false;
  return a.every((value, at) => value === b[at]);
}
