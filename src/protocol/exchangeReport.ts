/**
 * How the command line tells the editor of an import or an export: the last line on the standard
 * output of `trainer.mjs import … --json` or `trainer.mjs export … --json` is one of these. With
 * `--progress`, lines of {@link exchangeProgressSchema} come on its standard error meanwhile.
 */
import * as z from 'zod';

const countsSchema = z.object({
  prompts: z.number(),
  demonstrations: z.number(),
  completions: z.number(),
  rankings: z.number(),
});

/** What an import found, and what it wrote unless it was a dry run. */
export const importReportSchema = z.object({
  /** Absolute. */
  project: z.string(),
  dryRun: z.boolean(),
  created: z.boolean(),
  files: z.array(
    z.object({
      path: z.string(),
      container: z.string(),
      gzip: z.boolean(),
      /** Null where no format fits. */
      format: z.object({ name: z.string(), title: z.string() }).nullable(),
      mapping: z.record(z.string(), z.string()),
      dropped: z.array(z.string()),
      rows: z.number(),
      badRows: z.number(),
    }),
  ),
  added: countsSchema,
  /** Records that the project has already. */
  known: countsSchema,
  repeated: z.number(),
  problems: z.array(
    z.object({ path: z.string(), line: z.number(), column: z.number(), message: z.string() }),
  ),
  /** Files relative to the project. */
  written: z.array(z.string()),
});
/** See {@link importReportSchema}. */
export type ImportReport = z.infer<typeof importReportSchema>;

/** What an export wrote. */
export const exportReportSchema = z.object({
  file: z.string(),
  rows: z.number(),
  prompts: z.number(),
  /** Prompts that gave no row. */
  empty: z.number(),
  /** What the dataset has and the format cannot hold. */
  lost: z.array(z.object({ what: z.string(), count: z.number() })),
  beside: z.array(z.string()),
});
/** See {@link exportReportSchema}. */
export type ExportReport = z.infer<typeof exportReportSchema>;

/** How far a command is. */
export const exchangeProgressSchema = z.object({
  type: z.literal('progress'),
  /** Rows read or written so far. */
  rows: z.number(),
});
