/**
 * How the command line tells the editor what curation proposes: the last line on the standard
 * output of `trainer.mjs curate --step NAME --summary --json` is one of these.
 */
import * as z from 'zod';

const proposalSchema = z.object({
  id: z.string(),
  /** Relative to the project. */
  file: z.string(),
  line: z.number(),
  /** In a few words, after the prompt's name. */
  why: z.string(),
  /** The prompt that stays where this one is removed for being like it. */
  group: z.string().optional(),
});
/** A change to one prompt. */
export type CurationProposal = z.infer<typeof proposalSchema>;

/** What a step proposes, or has changed. */
export const curationReplySchema = z.object({
  applied: z.boolean(),
  proposals: z.array(proposalSchema),
});
