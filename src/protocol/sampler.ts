/**
 * Messages of the sampler, the process behind comparisons, chat and inline completions
 * (`trainer.mjs sampler --project DIR`): one JSON object a line, requests on its standard input,
 * replies on its standard output.
 */
import * as z from 'zod';
import { samplingSchema } from './records.ts';

/** What the sampler is asked. */
export const samplerRequestSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('sample'),
    /** Chosen by the asker; every reply carries it. */
    id: z.string(),
    /** Model folder relative to the project. */
    model: z.string(),
    prompt: z.string(),
    sampling: samplingSchema,
    /** Model folder or checkpoint, as `model`: `done` then has the completion's KL against it. */
    reference: z.string().optional(),
  }),
  z.object({
    /** Asks a reward model for its score of a completion. */
    type: z.literal('score'),
    id: z.string(),
    /** Reward model folder relative to the project. */
    model: z.string(),
    prompt: z.string(),
    completion: z.string(),
    /** Whether the completion ended by itself. */
    ended: z.boolean(),
  }),
  z.object({
    /** Asks how many tokens a text is to a model. */
    type: z.literal('count'),
    id: z.string(),
    /** Model folder relative to the project. */
    model: z.string(),
    text: z.string(),
  }),
  z.object({ type: z.literal('cancel'), id: z.string() }),
]);
/** See {@link samplerRequestSchema}. */
export type SamplerRequest = z.infer<typeof samplerRequestSchema>;

/**
 * KL(π ‖ π_ref) as one completion tells it: Σ log π(y_t) − log π_ref(y_t) over its tokens, in nats, both
 * at temperature 1; of either sign. Or why the reference could not be asked, in a sentence.
 */
export const completionKlSchema = z.union([
  z.object({
    /** Of the whole completion. */
    nats: z.number(),
    /** Tokens that were drawn, the end token with them. */
    tokens: z.int().min(1),
  }),
  z.object({ unavailable: z.string() }),
]);
/** See {@link completionKlSchema}. */
export type CompletionKl = z.infer<typeof completionKlSchema>;

/** What the sampler answers. After `done`, `scored`, `counted` or `error` no reply with that id follows. */
export const samplerReplySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** `text` is what was added since the last reply. */
  z.object({ type: z.literal('token'), id: z.string(), text: z.string() }),
  z.object({
    type: z.literal('done'),
    id: z.string(),
    completion: z.string(),
    finish: z.enum(['stop', 'length', 'cancelled']),
    /** Log-probability of the completion in nats, under the model at temperature 1. */
    logprob: z.number(),
    /** Where a reference was named, and the completion not cancelled. */
    kl: completionKlSchema.optional(),
  }),
  z.object({
    type: z.literal('scored'),
    id: z.string(),
    /** Null for a completion that does not fit into the context with its prompt. */
    score: z.number().nullable(),
  }),
  z.object({ type: z.literal('counted'), id: z.string(), tokens: z.int() }),
  z.object({
    type: z.literal('error'),
    id: z.string(),
    code: z.string(),
    message: z.string(),
    remedy: z.string(),
  }),
]);
/** See {@link samplerReplySchema}. */
export type SamplerReply = z.infer<typeof samplerReplySchema>;
