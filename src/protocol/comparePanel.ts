/** The contract of the comparison panel: models side by side over prompts, streaming. */
import * as z from 'zod';
import type { PanelContract } from './panels.ts';
import { samplingSchema } from './records.ts';
import { errorDataSchema } from './run.ts';
import { completionKlSchema } from './sampler.ts';

const nothing = z.object({});

/** A prompt of the project, or one that was typed into the panel and has no id. */
export const comparedPromptSchema = z.object({
  id: z.string().optional(),
  text: z.string().min(1),
});
/** See {@link comparedPromptSchema}. */
export type ComparedPrompt = z.infer<typeof comparedPromptSchema>;

/** One completion, as far as it is written. */
export const comparedCellSchema = z.object({
  /** Chosen by the panel: one column's answer to one prompt. */
  cell: z.string(),
  text: z.string(),
  state: z.enum(['waiting', 'writing', 'done', 'stopped', 'failed']),
  /** `length`: it was cut off. */
  finish: z.enum(['stop', 'length']).optional(),
  /** Of the whole completion in nats, at temperature 1. */
  logprob: z.number().optional(),
  /** Against `reference`. */
  kl: completionKlSchema.optional(),
  /** The model that the completion's model was trained from; absent where it was trained from none. */
  reference: z.string().optional(),
  /** Of the newest reward model; null where the completion does not fit into its context. */
  score: z.number().nullable().optional(),
  error: errorDataSchema.optional(),
});
/** See {@link comparedCellSchema}. */
export type ComparedCell = z.infer<typeof comparedCellSchema>;

/** What the panel shows: every prompt, or one at a time, the playground. */
export const compareViews = ['all', 'one'] as const;
/** One of {@link compareViews}. */
export type CompareView = (typeof compareViews)[number];

/** Everything that the panel shows at first. */
export const compareSnapshotSchema = z.object({
  sequence: z.int().min(0),
  /** Models that continue text, newest first, the base last; then checkpoints, newest runs first. */
  models: z.array(
    z.object({
      ref: z.string(),
      label: z.string(),
      detail: z.string(),
      /** The run, for one of its checkpoints. */
      run: z.string().optional(),
      /** Whether its folder has a chat template. */
      template: z.boolean(),
    }),
  ),
  /** Held-out prompts to begin with. */
  prompts: z.array(comparedPromptSchema),
  sampling: samplingSchema,
  /** What has been written since the panel was opened. */
  cells: z.array(comparedCellSchema),
  /** How a command wants the panel to open; absent for as it was. */
  view: z.enum(compareViews).optional(),
});
/** See {@link compareSnapshotSchema}. */
export type CompareSnapshot = z.infer<typeof compareSnapshotSchema>;

/** See the file's header. */
export const compareContract = {
  methods: {
    snapshot: { params: nothing, result: compareSnapshotSchema },
    /** Writes completions; what stood in a cell is replaced. Results come as events. */
    write: {
      params: z.object({
        cells: z.array(
          z.object({
            cell: z.string(),
            model: z.string(),
            prompt: comparedPromptSchema,
            sampling: samplingSchema,
          }),
        ),
      }),
      result: nothing,
    },
    /** Gives up what is being written. */
    stop: { params: nothing, result: nothing },
    /** Saves the completions of one prompt and a ranking of them. The reply says it is on disk. */
    vote: {
      params: z.object({
        /** In the order shown. */
        cells: z.array(z.string()).min(2),
        /** The best; undefined for a tie of all. */
        preferred: z.string().optional(),
        bothBad: z.boolean(),
        seconds: z.number().min(0),
      }),
      result: nothing,
    },
    /** Saves a completion as a demonstration of its prompt. */
    demonstrate: {
      params: z.object({ cell: z.string(), completion: z.string().min(1) }),
      result: nothing,
    },
  },
  event: z.discriminatedUnion('type', [
    z.object({ type: z.literal('cells'), cells: z.array(comparedCellSchema) }),
    z.object({ type: z.literal('view'), view: z.enum(compareViews) }),
  ]),
} as const satisfies PanelContract;
