/**
 * The contract between the host and its webviews. A webview sends requests and gets a reply or a
 * failure for each; the host sends events, numbered so that a gap is noticed. A webview starts by
 * asking for a full snapshot, and asks again after a gap: messages to a hidden webview are dropped.
 */
import * as z from 'zod';
import { rolloutRecordSchema } from './rollouts.ts';
import { errorDataSchema, runEventSchema, stages } from './run.ts';
import { runStateSchema, runViewDataSchema } from './runViewData.ts';

/** A request's parameters and the result that answers it. */
export interface Method {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
}

/** Everything that host and webview of one panel may say to each other. */
export interface PanelContract {
  readonly methods: Readonly<Record<string, Method>>;
  readonly event: z.ZodType;
}

/** The parameters of a method. */
export type Params<C extends PanelContract, M extends keyof C['methods']> = z.infer<
  C['methods'][M]['params']
>;
/** The result of a method. */
export type Result<C extends PanelContract, M extends keyof C['methods']> = z.infer<
  C['methods'][M]['result']
>;
/** What the host tells a panel unasked. */
export type PanelEvent<C extends PanelContract> = z.infer<C['event']>;

/** Webview to host. `id` is chosen by the webview and comes back with the answer. */
export const requestSchema = z.object({
  id: z.int(),
  method: z.string(),
  params: z.unknown(),
});
/** See {@link requestSchema}. */
export type PanelRequest = z.infer<typeof requestSchema>;

/** Host to webview. */
export const toWebviewSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reply'), id: z.int(), result: z.unknown() }),
  z.object({ type: z.literal('failure'), id: z.int(), error: errorDataSchema }),
  /** `sequence` grows by one with each event; a reply to `snapshot` carries the latest. */
  z.object({ type: z.literal('event'), sequence: z.int(), event: z.unknown() }),
]);
/** See {@link toWebviewSchema}. */
export type ToWebview = z.infer<typeof toWebviewSchema>;

const nothing = z.object({});

/** What can be done to a run from its panel. */
export const runActions = ['stop', 'pause', 'resume', 'log'] as const;
/** One of {@link runActions}. `resume` continues a paused run and restarts a stopped one. */
export type RunAction = (typeof runActions)[number];

/** Everything that the run panel shows. */
export const runSnapshotSchema = z.object({
  /** Number of the latest event that this snapshot contains. */
  sequence: z.int().min(0),
  id: z.string(),
  stage: z.enum(stages),
  /** ISO 8601. */
  created: z.string(),
  /** Model folders by role. */
  models: z.record(z.string(), z.string()),
  /** Of a pipeline: the runs of its stages that have begun, which are drawn with it. */
  parts: z.array(z.string()),
  state: runStateSchema,
  view: runViewDataSchema,
  problem: errorDataSchema.optional(),
});
/** See {@link runSnapshotSchema}. */
export type RunSnapshot = z.infer<typeof runSnapshotSchema>;

/** A run in a list of those that can be drawn over another. */
export const runEntrySchema = z.object({
  id: z.string(),
  /** Absent when `run.json` cannot be read. */
  stage: z.enum(stages).optional(),
  state: runStateSchema,
});
/** See {@link runEntrySchema}. */
export type RunEntry = z.infer<typeof runEntrySchema>;

/** The kinds of pictures that the run panel makes of its charts. */
export const figureFormats = ['svg', 'png'] as const;

/** The run panel. */
export const runContract = {
  methods: {
    snapshot: { params: nothing, result: runSnapshotSchema },
    act: { params: z.object({ action: z.enum(runActions) }), result: nothing },
    /** The other runs of the project, newest first. */
    others: { params: nothing, result: z.object({ runs: z.array(runEntrySchema) }) },
    /**
     * The runs that are drawn over this one from now on; those that do not exist are left out of
     * the answer. What they write comes as `overlaid` events.
     */
    overlay: {
      params: z.object({ ids: z.array(z.string()).max(12) }),
      result: z.object({ runs: z.array(z.object({ id: z.string(), view: runViewDataSchema })) }),
    },
    /** The episodes kept of an iteration, or of the kept one nearest to it. */
    episodes: {
      params: z.object({ iteration: z.int().min(0) }),
      result: z.object({
        iterations: z.array(z.int()),
        iteration: z.int().optional(),
        episodes: z.array(rolloutRecordSchema),
      }),
    },
    /** Asks where, and saves the metrics of this run and of those drawn over it as CSV. */
    saveCsv: { params: nothing, result: nothing },
    /** Asks where, and saves a picture of the charts. */
    saveFigure: {
      params: z.object({ format: z.enum(figureFormats), bytes: z.instanceof(Uint8Array) }),
      result: nothing,
    },
  },
  event: z.discriminatedUnion('type', [
    z.object({ type: z.literal('events'), events: z.array(runEventSchema) }),
    z.object({ type: z.literal('state'), state: runStateSchema }),
    /** The run began anew: ask for a snapshot. */
    z.object({ type: z.literal('restarted') }),
    z.object({ type: z.literal('problem'), error: errorDataSchema }),
    /** What a run drawn over this one has written. */
    z.object({ type: z.literal('overlaid'), id: z.string(), events: z.array(runEventSchema) }),
    /** A run drawn over this one began anew: ask for the overlay again. */
    z.object({ type: z.literal('overlayRestarted') }),
  ]),
} as const satisfies PanelContract;
