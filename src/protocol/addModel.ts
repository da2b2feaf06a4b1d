/** What `instruct-studio add-model --json` says, for the editor. */
import * as z from 'zod';

/** What a download would fetch: the answer to `--download --dry-run`. */
export const downloadPlanSchema = z.object({
  plan: z.object({
    id: z.string(),
    revision: z.string(),
    /** As the model's card says; null where it says nothing. */
    licence: z.string().nullable(),
    bytes: z.int().min(0),
    files: z.array(z.string()),
  }),
});
/** See {@link downloadPlanSchema}. */
export type DownloadPlan = z.infer<typeof downloadPlanSchema>['plan'];

/** A model that has been taken in. */
export const addedModelSchema = z.object({
  added: z.object({
    /** Relative to the project. */
    model: z.string(),
    kind: z.enum(['language', 'reward']),
    parameters: z.int().min(0),
    bytes: z.int().min(0),
    licence: z.string().nullable(),
  }),
});
/** See {@link addedModelSchema}. */
export type AddedModel = z.infer<typeof addedModelSchema>['added'];

/** A line on standard error while files arrive, with `--progress`. */
export const downloadProgressSchema = z.object({
  path: z.string(),
  bytes: z.int().min(0),
  of: z.int().min(0),
});

/** `source.json` beside a model that was brought along: where it is from. */
export const modelSourceSchema = z.object({
  from: z.string(),
  /** The commit of the repository; absent for a folder. */
  revision: z.string().exactOptional(),
  /** As its card says. */
  licence: z.string().nullable(),
});
/** See {@link modelSourceSchema}. */
export type ModelSource = z.infer<typeof modelSourceSchema>;

/** The name of the file that says where a model was taken from. */
export const modelSourceFile = 'source.json';
