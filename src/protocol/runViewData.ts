/** A run's folded view as data that a message can carry: metrics travel as typed arrays. */
import * as z from 'zod';
import { errorDataSchema, runEventSchema, stages, type RunEvent, type RunState } from './run.ts';
import type { MetricSeries, RunEventOf, RunView } from './runFold.ts';

/** The newest samples and warnings that a message carries, of each. */
export const carriedEvents = 100;

/** The state of a run as a watcher sees it. */
export const runStateSchema = z.enum([
  'created',
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
  metrics: z.array(
    z.object({
      name: z.string(),
      steps: z.instanceof(Float64Array),
      values: z.instanceof(Float32Array),
    }),
  ),
  /** The newest samples, warnings, and the checkpoint and `finished` event that stand. */
  events: z.array(runEventSchema),
  error: errorDataSchema.optional(),
  startedAt: z.number().optional(),
  updatedAt: z.number().optional(),
});
/** See {@link runViewDataSchema}. */
export type RunViewData = z.infer<typeof runViewDataSchema>;

/** Packs a view. The arrays are copies. */
export function packRunView(view: RunView): RunViewData {
  const { metrics, samples, warnings, checkpoint, finished, ...rest } = view;
  const events: RunEvent[] = [
    ...samples.slice(-carriedEvents),
    ...warnings.slice(-carriedEvents),
    ...(checkpoint === undefined ? [] : [checkpoint]),
    ...(finished === undefined ? [] : [finished]),
  ];
  return {
    ...rest,
    metrics: [...metrics].map(([name, { steps, values }]) => ({
      name,
      steps: Float64Array.from(steps),
      values: Float32Array.from(values),
    })),
    events,
  };
}

/** Unpacks a view, to be gone on from with `createRunFold`. */
export function unpackRunView(data: RunViewData): RunView {
  const metrics = new Map<string, MetricSeries>(
    data.metrics.map(({ name, steps, values }) => [
      name,
      { steps: Array.from(steps), values: Array.from(values) },
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
    checkpoint: ofType('checkpoint').at(-1),
    error: data.error,
    finished: ofType('finished').at(-1),
    startedAt: data.startedAt,
    updatedAt: data.updatedAt,
  };
}
