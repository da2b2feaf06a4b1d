/**
 * How the editor asks the trainer's command line for a run, without starting it:
 * `trainer.mjs <stage> --project DIR --create-only --json [options]`. The last line of its standard
 * output is one of these; the run is then started with `trainer.mjs run <run folder>`.
 */
import { z } from 'zod';
import { errorCodes } from './errors.ts';

/** The answer to `--create-only --json`: the id of the new run, or why there is none. */
export const createReplySchema = z.union([
  z.object({ run: z.string().min(1) }),
  z.object({
    error: z.object({
      code: z.enum(errorCodes),
      message: z.string(),
      remedy: z.string(),
      place: z
        .object({
          path: z.string(),
          line: z.int().exactOptional(),
          column: z.int().exactOptional(),
          key: z.string().exactOptional(),
        })
        .exactOptional(),
    }),
  }),
]);
/** See {@link createReplySchema}. */
export type CreateReply = z.infer<typeof createReplySchema>;
