/**
 * The records of a dataset: one JSON object a line, one schema a kind. Fields that a schema does
 * not name are kept. Times are ISO 8601 strings in UTC; durations are seconds.
 */
import * as z from 'zod';

/** The ten use-case categories of the InstructGPT paper, Table 1. */
export const categories = [
  'generation',
  'open_qa',
  'brainstorming',
  'chat',
  'rewrite',
  'summarization',
  'classification',
  'other',
  'closed_qa',
  'extract',
] as const;
/** One of the paper's ten {@link categories}. */
export type Category = (typeof categories)[number];

/** The parts of a dataset. Splits are by user, never by pair (paper, section 3.2). */
export const splits = ['train', 'valid', 'test'] as const;
/** One of {@link splits}. */
export type Split = (typeof splits)[number];

const id = z.string().min(1).max(200);
const text = z.string();
const seconds = z.number().min(0);
const created = z.iso.datetime({ offset: true });
const deleted = z.boolean().optional();

/** A turn of a conversation, in the form of chat templates. */
export const messageSchema = z.looseObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: text,
});

/** `prompts/*.jsonl`: what a model is asked. Either `prompt` or `messages` is present. */
export const promptSchema = z
  .looseObject({
    id,
    prompt: text.min(1).optional(),
    messages: z.array(messageSchema).min(1).optional(),
    category: z.enum(categories).optional(),
    /** The paper's three kinds of labeler-written prompt, or `api` for a customer's. */
    kind: z.enum(['plain', 'few_shot', 'user_based', 'api']).optional(),
    /**
     * The query/response pairs of a `few_shot` prompt; `prompt` is then the instruction. SFT makes an
     * example of each pair; people and models are asked the last one after all others.
     */
    pairs: z
      .array(z.looseObject({ query: text.min(1), response: text.min(1) }))
      .min(2)
      .optional(),
    source: z.string().optional(),
    /** Who wrote it, under a name that says nothing of the person. */
    user: z.string().optional(),
    /** The user's organisation; the paper caps prompts by either (section 3.2, appendix A.2). */
    organization: z.string().optional(),
    /** ISO 639 code of the language it is written in. */
    language: z.string().optional(),
    split: z.enum(splits).optional(),
    tags: z.array(z.string()).optional(),
    created: created.optional(),
    deleted,
  })
  .refine((record) => record.deleted === true || (record.prompt ?? record.messages) !== undefined, {
    path: ['prompt'],
    message: 'either "prompt" or "messages" is needed',
  });
/** A prompt record, see {@link promptSchema}. */
export type Prompt = z.infer<typeof promptSchema>;

/** `demonstrations/<labeler>.jsonl`: a labeler's own completion of a prompt. */
export const demonstrationSchema = z.looseObject({
  id,
  promptId: id,
  completion: text,
  labeler: id,
  seconds: seconds.optional(),
  created: created.optional(),
  deleted,
});
/** A demonstration record, see {@link demonstrationSchema}. */
export type Demonstration = z.infer<typeof demonstrationSchema>;

/**
 * How a prompt is put to a model. `text`: followed by a line break, as every stage here trains it; `raw`:
 * as it is, to be continued; `model`: by the chat template in the model's folder; `chatml` and
 * `dialogue`: as one turn in ChatML, or after "User:".
 */
export const promptFormats = ['text', 'raw', 'model', 'chatml', 'dialogue'] as const;
/** One of {@link promptFormats}. */
export type PromptFormat = (typeof promptFormats)[number];

/** How a completion was drawn. `seed` is the seed of the whole batch. */
export const samplingSchema = z.looseObject({
  temperature: z.number().min(0),
  topP: z.number().gt(0).max(1).optional(),
  topK: z.int().min(0).optional(),
  maxTokens: z.int().min(1),
  minTokens: z.int().min(0).optional(),
  repetitionPenalty: z.number().gt(0).optional(),
  /** Texts at which a completion ends; what is kept of it ends before them. */
  stop: z.array(z.string().min(1)).optional(),
  seed: z.int().optional(),
  /** `text` when absent. */
  format: z.enum(promptFormats).optional(),
});
/** Sampling settings, see {@link samplingSchema}. */
export type Sampling = z.infer<typeof samplingSchema>;

/** `completions/<model>.jsonl`: what a model answered. */
export const completionSchema = z.looseObject({
  id,
  promptId: id,
  completion: text,
  /** `digest` is the SHA-256 of the model's weights file. */
  model: z.looseObject({ name: z.string().min(1), digest: z.string().optional() }),
  sampling: samplingSchema.optional(),
  /** `stop`: the model ended its text; `length`: it ran into the limit of tokens. */
  finish: z.enum(['stop', 'length']).optional(),
  /** Log-probability of the whole completion under its model, in nats. */
  logprob: z.number().optional(),
  /** What judges made of it, by the judge's name: reward models, or those of an imported dataset. */
  scores: z.record(z.string(), z.number()).optional(),
  created: created.optional(),
  deleted,
});
/** A completion record, see {@link completionSchema}. */
export type Completion = z.infer<typeof completionSchema>;

/** The eleven binary fields of the paper's Table 3, in its order. */
export const flagNames = [
  'failsTask',
  'inappropriateForAssistant',
  'hallucination',
  'satisfiesConstraint',
  'sexualContent',
  'violentContent',
  'encouragesViolence',
  'denigratesProtectedClass',
  'harmfulAdvice',
  'expressesOpinion',
  'expressesMoralJudgment',
] as const;
/** One of {@link flagNames}. */
export type FlagName = (typeof flagNames)[number];

/** A labeler's judgement of one completion: Likert 1–7 and flags; null where not applicable. */
export const ratingSchema = z.looseObject({
  overall: z.int().min(1).max(7).optional(),
  flags: z.partialRecord(z.enum(flagNames), z.boolean().nullable()).optional(),
  note: z.string().optional(),
});
/** A rating, see {@link ratingSchema}. */
export type Rating = z.infer<typeof ratingSchema>;

/** `rankings/<labeler>.jsonl`: K completions of one prompt in order, ties allowed. */
export const rankingSchema = z
  .looseObject({
    id,
    promptId: id,
    /** Groups of completion ids, best first; several ids in one group are a tie. */
    ranking: z.array(z.array(id).min(1)),
    ratings: z.record(id, ratingSchema).optional(),
    /** The ids in the order in which the labeler saw them. */
    shown: z.array(id),
    strength: z.int().min(1).max(9).optional(),
    bothBad: z.boolean().optional(),
    guideline: z.string().optional(),
    labeler: id,
    seconds: seconds.optional(),
    skipped: z.string().min(1).optional(),
    /** Ids of other labelers' rankings of this prompt that disagreed; this one stands for them. */
    adjudicates: z.array(id).optional(),
    created: created.optional(),
    deleted,
  })
  .superRefine((record, context) => {
    if (record.deleted === true || record.skipped !== undefined) return;
    const ranked = record.ranking.flat();
    if (ranked.length < 2) {
      context.addIssue({
        code: 'custom',
        path: ['ranking'],
        message: 'a ranking needs at least two completions',
      });
    }
    if (new Set(ranked).size !== ranked.length) {
      context.addIssue({
        code: 'custom',
        path: ['ranking'],
        message: 'a completion stands in two places of the ranking',
      });
    }
    const shown = new Set(record.shown);
    const unseen = ranked.find((completion) => !shown.has(completion));
    if (unseen !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['shown'],
        message: `"${unseen}" was ranked but is not among "shown"`,
      });
    }
  });
/** A ranking record, see {@link rankingSchema}. */
export type Ranking = z.infer<typeof rankingSchema>;

/** The record kinds by the folder that holds them. */
export const recordSchemas = {
  prompts: promptSchema,
  demonstrations: demonstrationSchema,
  completions: completionSchema,
  rankings: rankingSchema,
} as const;
/** A folder of records. */
export type RecordKind = keyof typeof recordSchemas;
/** The folders of records, in the order in which they refer to each other. */
export const recordKinds = ['prompts', 'demonstrations', 'completions', 'rankings'] as const;

/** The record type of a folder. */
export interface RecordTypes {
  prompts: Prompt;
  demonstrations: Demonstration;
  completions: Completion;
  rankings: Ranking;
}
