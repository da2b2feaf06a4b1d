/** `rollouts.jsonl` of a PPO run: some episodes of some iterations, token by token. */
import * as z from 'zod';

/** The file's name in the run folder. */
export const rolloutsFile = 'rollouts.jsonl';

const perToken = z.array(z.number());

/**
 * One episode. Lists have an entry for each completion token; log-probabilities are in nats at the
 * rollout temperature. Where a run was resumed, the last record of an iteration and episode counts.
 */
export const rolloutRecordSchema = z.object({
  /** Counted from 1: the iteration that learned from the episode. */
  iteration: z.int().min(1),
  /** Its place in the iteration's batch, from 0. */
  episode: z.int().min(0),
  promptId: z.string(),
  prompt: z.string(),
  completion: z.string(),
  /** The reward model's scalar, or what replaced it. */
  score: z.number(),
  /** Whether it ended with the end-of-text token. */
  ended: z.boolean(),
  /** Σ (log π − log π_ref) over its tokens. */
  kl: z.number(),
  /** The tokens' text. */
  tokens: z.array(z.string()),
  logprobs: perToken,
  refLogprobs: perToken,
  /** Log-probability differences a token: what β is multiplied with. */
  kls: perToken,
  /** The value model's estimate of the state before the token. */
  values: perToken,
  /** After the KL penalty, the score on the last. */
  rewards: perToken,
  /** Not whitened. */
  advantages: perToken,
});
/** See {@link rolloutRecordSchema}. */
export type RolloutRecord = z.infer<typeof rolloutRecordSchema>;
