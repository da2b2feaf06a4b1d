/** The contract of the ranking panel. Models and ids of completions stay in the host: it is blind. */
import * as z from 'zod';
import type { PanelContract } from './panels.ts';
import { categories, flagNames } from './records.ts';

const nothing = z.object({});

/** Most completions that are ranked at once (paper, section 3.5: K from 4 to 9). */
export const mostCompletions = 9;

/**
 * How a labeler is asked. `rate-then-rank` is the paper's interface: each completion alone first
 * (1 to 7, and the flags), then all in order. `pairwise` shows two at a time.
 */
export const labelingModes = ['rate-then-rank', 'rank', 'pairwise'] as const;
/** One of {@link labelingModes}. */
export type LabelingMode = (typeof labelingModes)[number];

/** How much better the preferred completion of a pair is, in words from 1 on. */
export const strengths = ['slightly better', 'clearly better', 'much better'] as const;

/** Longest note, in UTF-16 units. */
export const longestNote = 4000;

const position = z.int().min(0).max(mostCompletions);
const perCompletion = <T extends z.ZodType>(item: T) => z.array(item).max(mostCompletions);

/** What is said of one completion by itself. */
export const judgementSchema = z.object({
  /** Overall quality, 1 (worst) to 7 (best); null is not rated. */
  overall: z.int().min(1).max(7).nullable(),
  /** Answers given so far; what is absent was not answered. */
  flags: z.partialRecord(z.enum(flagNames), z.boolean()),
  note: z.string().max(longestNote),
});
/** See {@link judgementSchema}. */
export type Judgement = z.infer<typeof judgementSchema>;

/** The judgement of a completion that nobody has looked at. */
export const noJudgement: Judgement = { overall: null, flags: {}, note: '' };

/**
 * What a labeler has decided so far. Arrays run over the completions in the order shown; ranks
 * count from 1 (best); null is undecided.
 */
export const rankingDraftSchema = z.object({
  /** The step of the two that is on screen; `rank` where there is only one. */
  step: z.enum(['rate', 'rank']),
  ranks: perCompletion(z.int().min(1).max(mostCompletions).nullable()),
  judgements: perCompletion(judgementSchema),
  /** What the prompt is like: decides which flags are asked. */
  conditions: z.object({ closedDomain: z.boolean(), constraint: z.boolean() }),
  /** Of a pair only: neither is acceptable. The ranks are then a tie. */
  bothBad: z.boolean(),
  /** Of a pair only: how much better, an index into {@link strengths} from 1. */
  strength: z.int().min(1).max(strengths.length).nullable(),
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

const guidelineNoticeSchema = z.object({
  version: z.string(),
  /** The labeler has not opened this version yet. */
  isNew: z.boolean(),
});

/** Whose completions the task saved last were, where the project reveals it. */
const revealedSchema = z.array(z.object({ model: z.string(), rank: z.int().min(1).nullable() }));
/** See `revealed` of {@link rankingViewSchema}. */
export type Revealed = z.infer<typeof revealedSchema>;

/** What the ranking panel shows. */
export const rankingViewSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('task'),
    /** Names the task in later requests; tells a late answer from a new one. */
    task: z.string(),
    mode: z.enum(labelingModes),
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
    labeler: z.string(),
    guideline: guidelineNoticeSchema.optional(),
    revealed: revealedSchema.optional(),
  }),
  z.object({
    state: z.literal('empty'),
    mode: z.enum(labelingModes),
    /** Why there is nothing, in a sentence. */
    why: z.string(),
    progress: progressSchema,
    canGoBack: z.boolean(),
    labeler: z.string(),
    guideline: guidelineNoticeSchema.optional(),
    revealed: revealedSchema.optional(),
  }),
]);
/** See {@link rankingViewSchema}. */
export type RankingView = z.infer<typeof rankingViewSchema>;

/** Commands that the ranking panel may ask the host to run. */
export const rankingCommands = ['sampleCompletions', 'createSampleProject'] as const;

const ofTask = { task: z.string(), draft: rankingDraftSchema };

/** The ranking panel. A request that names a task other than the current one fails. */
export const rankingContract = {
  methods: {
    snapshot: { params: nothing, result: rankingViewSchema },
    /** Keeps what is decided so far; it survives closing and reloading. */
    draft: { params: z.object(ofTask), result: nothing },
    /** Saves the ranking. The reply says that it is on disk. */
    save: { params: z.object(ofTask), result: nothing },
    /** Saves that the task was skipped, and why. */
    skip: { params: z.object({ ...ofTask, reason: z.string().min(1) }), result: nothing },
    /** Opens the task that was saved last; its record stands until it is saved anew. */
    back: { params: nothing, result: z.object({ reopened: z.boolean() }) },
    /** How the labeler wants to be asked from here on. */
    mode: { params: z.object({ mode: z.enum(labelingModes) }), result: nothing },
    /** The guideline in force, as Markdown; asking for it counts as having seen it. */
    guideline: {
      params: nothing,
      result: z.object({ version: z.string(), markdown: z.string() }),
    },
    command: { params: z.object({ command: z.enum(rankingCommands) }), result: nothing },
  },
  event: z.discriminatedUnion('type', [
    /** The task, the queue or the counts changed: ask for a snapshot. */
    z.object({ type: z.literal('changed') }),
  ]),
} as const satisfies PanelContract;
