/**
 * How the editor asks the trainer's command line for a run, without starting it:
 * `trainer.mjs <stage> --project DIR --create-only --json [options]`. The last line of its standard
 * output is one of these; the run is then started with `trainer.mjs run <run folder>`.
 */
import { z } from 'zod';
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
