/**
 * `evaluationReport.json` in the folder of an evaluation: everything that is said of it, with what is
 * needed to check and repeat it. It stands alone: no other file has to be there to read it. The
 * trainer writes it, the host shows it; `evaluationComparison-*.json` holds two of them.
 */
import * as z from 'zod';
import { categories } from './records.ts';
import { rewardReportSchema } from './rewardReport.ts';
import { digestedFileSchema } from './run.ts';

/** The report's name without its ending; beside `.json` there are `.md` and `.html`. */
export const evaluationReportName = 'evaluationReport';

/** The name of a comparison's files without their ending, in the folder of the later run. */
export function evaluationComparisonName(earlierRun: string): string {
  return `evaluationComparison-${earlierRun}`;
}

/** The version of both files that this build reads and writes. */
export const evaluationReportFormat = 1;

/** Who can score an evaluation's answers. */
export const scorers = ['gold', 'reward'] as const;
/** See {@link scorers}. */
export type ScoredBy = (typeof scorers)[number];

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const interval = z.tuple([share, share]);

const preferredSchema = z.object({
  /** Wins count one, ties one half. */
  winRate: share,
  /** 95 % interval: Wilson's, of another judge the normal one. */
  ci95: interval,
  /** 95 % interval by the bootstrap over prompts; absent where the report's maker did not draw it. */
  bootstrap95: interval.exactOptional(),
  comparisons: count,
  ties: count,
});
/** One model's answers against another's. */
export type Preferred = z.infer<typeof preferredSchema>;

const modelNumbersSchema = z.object({
  /** Mean score, and its standard error over prompts. */
  score: z.number(),
  scoreError: z.number().min(0),
  /** Mean of 1 to 7; null where a reward model scored, which does not rate. */
  likert: z.number().nullable(),
  /** Share of the answers with each flag, among those to which it applies. */
  flags: z.record(z.string(), share),
  /** Mean length of a completion. */
  characters: z.number(),
  /** By the name of the model that it is compared with. */
  against: z.record(z.string(), preferredSchema),
});
/** What is said of one model on one slice. */
export type ModelNumbers = z.infer<typeof modelNumbersSchema>;

const sliceSchema = z.object({
  /** `all`, or a category. */
  name: z.enum(['all', ...categories]),
  prompts: count,
  /** By model. */
  models: z.record(z.string(), modelNumbersSchema),
});
/** A part of the prompts. */
export type EvaluationSlice = z.infer<typeof sliceSchema>;

const taxSchema = z.object({
  /** Mean loss on held-out text of the pre-training kind, nats per token. */
  pretrainLoss: z.number(),
  /** Share of right choices on each public task. */
  tasks: z.record(z.string(), share),
  accuracy: share,
  /** Questions of all tasks together; each task has as many. */
  questions: count,
});
/** What a model still can of what the base could. */
export type ReportedTax = z.infer<typeof taxSchema>;

const agreedSchema = z.object({
  compared: count,
  rate: share.nullable(),
  halfWidth95: z.number().nullable(),
  alpha: z.number().nullable(),
});

const judgedBySchema = z.object({
  judge: z.string(),
  baseline: z.string(),
  models: z.record(z.string(), preferredSchema),
  agreementWithGold: z.object({ compared: count, rate: share.nullable() }).nullable(),
});
/** What a judge besides the gold labeler says. */
export type JudgedBy = z.infer<typeof judgedBySchema>;

const answersSchema = z.object({
  promptId: z.string(),
  prompt: z.string(),
  category: z.enum(categories).exactOptional(),
  completions: z.record(
    z.string(),
    z.object({ completion: z.string(), score: z.number(), likert: z.number().nullable() }),
  ),
});
/** A prompt and what each model answered. */
export type ReportedAnswers = z.infer<typeof answersSchema>;

/** See the file's header. */
export const evaluationReportSchema = z.object({
  format: z.literal(evaluationReportFormat),
  run: z.string(),
  /** When the run was made. */
  created: z.string(),
  seed: count,
  versions: z.record(z.string(), z.string()),
  /** What makes the same evaluation again, from the project's folder. */
  command: z.string(),
  hyperparameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  inputs: z.array(digestedFileSchema),
  /** In the order of the ladder. `sha256` is that of the weights; null where they are gone. */
  models: z.array(z.object({ name: z.string(), path: z.string(), sha256: z.string().nullable() })),
  scoredBy: z.enum(scorers),
  /** The models that others are compared with. */
  baselines: z.array(z.string()),
  slices: z.array(sliceSchema).min(1),
  /** By model. */
  tax: z.record(z.string(), taxSchema),
  bestOf: z
    .array(z.object({ n: count, kl: z.number(), score: z.number(), gold: z.number() }))
    .nullable(),
  /** The report beside the reward model that the evaluation used. */
  rewardModel: rewardReportSchema.nullable(),
  /** Of the labelers whose rankings the project had when the report was made. */
  agreement: z
    .object({
      files: z.array(digestedFileSchema),
      overall: agreedSchema,
      labelers: z.array(agreedSchema.extend({ labeler: z.string() })),
    })
    .nullable(),
  judges: z.array(judgedBySchema),
  answers: z.array(answersSchema),
});
/** See {@link evaluationReportSchema}. */
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

/** Two evaluations of one project, the earlier first. */
export const evaluationComparisonSchema = z.object({
  format: z.literal(evaluationReportFormat),
  before: evaluationReportSchema,
  after: evaluationReportSchema,
});
/** See {@link evaluationComparisonSchema}. */
export type EvaluationComparison = z.infer<typeof evaluationComparisonSchema>;
