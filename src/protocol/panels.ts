/**
 * The contract between the host and its webviews. A webview sends requests and gets a reply or a
 * failure for each; the host sends events, numbered so that a gap is noticed. A webview starts by
 * asking for a full snapshot, and asks again after a gap: messages to a hidden webview are dropped.
 */
import * as z from 'zod';
import { categories, type Category } from './records.ts';
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

/** Most completions that are ranked at once (paper, section 3.5: K from 4 to 9). */
export const mostCompletions = 9;

const position = z.int().min(0).max(mostCompletions);
const perCompletion = <T extends z.ZodType>(item: T) => z.array(item).max(mostCompletions);

/**
 * What a labeler has decided so far. Arrays run over the completions in the order shown; ranks
 * count from 1 (best); null is undecided.
 */
export const rankingDraftSchema = z.object({
  ranks: perCompletion(z.int().min(1).max(mostCompletions).nullable()),
  /** Overall quality, 1 (worst) to 7 (best). */
  ratings: perCompletion(z.int().min(1).max(7).nullable()),
  /** The completion that the keys act on. */
  selected: position,
  /** Time spent on the task without idle time. */
  seconds: z.number().min(0),
});
/** See {@link rankingDraftSchema}. */
export type RankingDraft = z.infer<typeof rankingDraftSchema>;

const progressSchema = z.object({
  done: z.int().min(0),
  total: z.int().min(0),
  left: z.int().min(0),
});

/** What the ranking panel shows. Models and ids of completions stay in the host: it is blind. */
export const rankingViewSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('task'),
    /** Names the task in later requests; tells a late answer from a new one. */
    task: z.string(),
    prompt: z.string(),
    category: z.enum(categories).optional(),
    why: z.string(),
    /** Texts in the order shown. */
    completions: perCompletion(z.string()).min(2),
    draft: rankingDraftSchema,
    progress: progressSchema,
    /** The task was saved before and is open again; saving replaces the record. */
    revising: z.boolean(),
    /** There is a saved task to go back to. */
    canGoBack: z.boolean(),
    /** Ask for the 1 to 7 rating of each completion. */
    askRatings: z.boolean(),
  }),
  z.object({
    state: z.literal('empty'),
    progress: progressSchema,
    canGoBack: z.boolean(),
  }),
]);
/** See {@link rankingViewSchema}. */
export type RankingView = z.infer<typeof rankingViewSchema>;

/** Commands that the ranking panel may ask the host to run. */
export const rankingCommands = ['sampleCompletions', 'createSampleProject'] as const;

/** The ranking panel. A request that names a task other than the current one fails. */
export const rankingContract = {
  methods: {
    snapshot: { params: nothing, result: rankingViewSchema },
    /** Keeps what is decided so far; it survives closing and reloading. */
    draft: { params: z.object({ task: z.string(), draft: rankingDraftSchema }), result: nothing },
    /** Saves the ranking. The reply says that it is on disk. */
    save: { params: z.object({ task: z.string(), draft: rankingDraftSchema }), result: nothing },
    /** Saves that the task was skipped, and why. */
    skip: {
      params: z.object({ task: z.string(), draft: rankingDraftSchema, reason: z.string().min(1) }),
      result: nothing,
    },
    /** Opens the task that was saved last; its record stands until it is saved anew. */
    back: { params: nothing, result: z.object({ reopened: z.boolean() }) },
    askRatings: { params: z.object({ ask: z.boolean() }), result: nothing },
    command: { params: z.object({ command: z.enum(rankingCommands) }), result: nothing },
  },
  event: z.discriminatedUnion('type', [
    /** The task, the queue or the counts changed: ask for a snapshot. */
    z.object({ type: z.literal('changed') }),
  ]),
} as const satisfies PanelContract;

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

/** A category in words, for people. */
export const categoryLabels = {
  generation: 'Generation',
  open_qa: 'Open question',
  brainstorming: 'Brainstorming',
  chat: 'Chat',
  rewrite: 'Rewrite',
  summarization: 'Summarization',
  classification: 'Classification',
  other: 'Other',
  closed_qa: 'Closed question',
  extract: 'Extraction',
} as const satisfies Record<Category, string>;
