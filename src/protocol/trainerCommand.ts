/**
 * How the editor asks the trainer's command line for a run, without starting it:
 * `trainer.mjs <stage> --project DIR --create-only --json [options]`. The last line of its standard
 * output is one of these; the run is then started with `trainer.mjs run <run folder>`.
 */
import * as z from 'zod';
import { errorDataSchema } from './run.ts';

/** The answer to `--create-only --json`: the id of the new run, or why there is none. */
export const createReplySchema = z.union([
  z.object({ run: z.string().min(1) }),
  z.object({ error: errorDataSchema }),
]);

/** The answer to `report --json`: absolute paths of what was written, or why there is none. */
export const reportReplySchema = z.union([
  z.object({ files: z.array(z.string()) }),
  z.object({ error: errorDataSchema }),
]);

/** The stages whose memory can be told before they start. */
export const estimatedStages = ['pretrain', 'sft', 'rm', 'ppo', 'dpo', 'expert', 'sample'] as const;
/** One of {@link estimatedStages}. */
export type EstimatedStage = (typeof estimatedStages)[number];

const toldSchema = z.object({
  total: z.number(),
  free: z.number(),
  refusal: errorDataSchema.nullable(),
});
/** The answer to `estimate --json`: bytes, and why the run is refused where they are too many. */
export const estimateReplySchema = z.union([toldSchema, z.object({ error: errorDataSchema })]);
/** See {@link estimateReplySchema}; where there was no error. */
export type EstimateReply = z.infer<typeof toldSchema>;
