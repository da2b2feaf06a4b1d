/**
 * `rewardModel.json` beside a reward model: how well it orders completions that it was not trained
 * on, and whether that is good enough for PPO. The trainer writes it, PPO and the host read it.
 */
import * as z from 'zod';

/** The file's name in the folder of the run that trained the reward model. */
export const rewardReportFile = 'rewardModel.json';

const share = z.number().min(0).max(1);
const count = z.int().min(0);

/** How often the higher score goes to the completion that the labeler prefers; equal scores count ½. */
const accuracySchema = z.object({
  rankings: count,
  comparisons: count,
  accuracy: share,
  /** 95 % interval; the comparisons of one ranking are not taken for independent. */
  ci95: z.tuple([share, share]),
});
/** See {@link rewardReportSchema}. */
export type RewardAccuracy = z.infer<typeof accuracySchema>;

/** Comparisons whose difference of scores lies from `from` to below `to`; null is no bound. */
const binSchema = z.object({
  from: z.number(),
  to: z.number().nullable(),
  comparisons: count,
  accuracy: share,
});

/** Comparisons to whose preferred side the model gives a probability from `from` to `to`. */
const reliabilitySchema = z.object({
  from: share,
  to: share,
  comparisons: count,
  /** Mean probability that the model gives to the side that it prefers. */
  predicted: share,
  /** How often the labeler prefers that side too. */
  observed: share,
});

const exampleSchema = z.object({
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  chosenScore: z.number(),
  rejectedScore: z.number(),
});

const completionSchema = z.object({
  prompt: z.string(),
  completion: z.string(),
  score: z.number(),
});

/** What is found on a set of rankings. */
export const rewardQualitySchema = accuracySchema.extend({
  /** Mean of −log σ(chosen − rejected), every ranking counting the same; ln 2 is a coin. */
  loss: z.number(),
  byMargin: z.array(binSchema),
  /** By how many places of the labeler's ranking lie between the two: 1 for neighbours. */
  byRankGap: z.array(z.object({ gap: count, comparisons: count, accuracy: share })),
  reliability: z.array(reliabilitySchema),
  /** Mean distance of `predicted` from `observed`, by comparisons; 0 is perfect. */
  calibrationError: share,
  length: z.object({
    /** Pearson's correlation of score and tokens, over all completions; null where it has none. */
    overall: z.number().nullable(),
    /** The same of each completion's distance from its prompt's mean. */
    withinPrompts: z.number().nullable(),
    /** Among comparisons of unequal length: how often the labelers chose the longer one. */
    labelersPreferLonger: share.nullable(),
    /** And how often the reward model does. */
    modelPrefersLonger: share.nullable(),
  }),
  scores: z.object({ mean: z.number(), deviation: z.number(), low: z.number(), high: z.number() }),
  byLabeler: z.record(z.string(), accuracySchema),
  byCategory: z.record(z.string(), accuracySchema),
  /** The comparisons with the greatest margins in the labeler's order, and against it. */
  best: z.array(exampleSchema),
  worst: z.array(exampleSchema),
  highest: z.array(completionSchema),
  lowest: z.array(completionSchema),
});
/** See {@link rewardReportSchema}. */
export type RewardQuality = z.infer<typeof rewardQualitySchema>;

/** One fold of the cross-validation over labelers (paper, section 4.1 and appendix E.2). */
export const rewardFoldSchema = z.object({
  heldOutLabelers: z.array(z.string()),
  /** Rankings trained on. */
  rankings: count,
  /** On held-out prompts, of labelers whose rankings were trained on; null where there are none. */
  inGroup: accuracySchema.nullable(),
  /** On held-out prompts, of the labelers left out; null where there are none. */
  heldOut: accuracySchema.nullable(),
});
/** See {@link rewardReportSchema}. */
export type RewardFold = z.infer<typeof rewardFoldSchema>;

/** What a verdict rests on. */
const reasonSchema = z.object({
  answer: z.enum(['yes', 'caution', 'no']),
  /** One sentence with the number it rests on. */
  finding: z.string(),
  /** What to do about it; absent where nothing is to be done. */
  remedy: z.string().exactOptional(),
});
/** See {@link rewardReportSchema}. */
export type VerdictReason = z.infer<typeof reasonSchema>;

const verdictSchema = z.object({
  answer: z.enum(['yes', 'caution', 'no']),
  reasons: z.array(reasonSchema),
});
/** The answer to "Is this reward model good enough for PPO?", the gravest reasons first. */
export type RewardVerdict = z.infer<typeof verdictSchema>;

/** The file. */
export const rewardReportSchema = z.object({
  /** What it was trained on, ties left out. */
  trained: z.object({
    rankings: count,
    comparisons: count,
    /** Rankings without a comparison, or with a completion that does not fit the context. */
    leftOut: count,
  }),
  /** On as many of the rankings trained on as there are held-out ones; null without those. */
  training: z.object({ accuracy: share, loss: z.number() }).nullable(),
  /** On rankings of the "valid" split; null where there are none. */
  validation: rewardQualitySchema.nullable(),
  /** Scores of the demonstrations after normalisation; null where there are none. */
  demonstrations: z.object({ count: count, mean: z.number(), deviation: z.number() }).nullable(),
  crossValidation: z
    .object({
      folds: z.array(rewardFoldSchema),
      /** Mean accuracy over the folds, and its standard error; null where nothing was measured. */
      inGroup: z.object({ mean: share, error: z.number() }).nullable(),
      heldOut: z.object({ mean: share, error: z.number() }).nullable(),
    })
    .nullable(),
  verdict: verdictSchema,
});
/** See {@link rewardReportSchema}. */
export type RewardReport = z.infer<typeof rewardReportSchema>;
