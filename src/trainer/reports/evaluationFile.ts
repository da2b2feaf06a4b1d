/** `evaluation.json`: what an evaluation found, with every answer. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import { evaluationReportSchema, scorers } from '../../protocol/evaluationReport.ts';
import { categories, flagNames } from '../../protocol/records.ts';
import type { Run } from '../runFolder.ts';

/** The file in the run folder that holds every answer and its judgement. */
export const evaluationFile = 'evaluation.json';

/** The role whose model scores and is not judged. */
export const rewardRole = 'reward';

const evaluationSchema = z.object({
  scoredBy: z.enum(scorers).default('gold'),
  models: z.record(
    z.string(),
    z.object({ tax: evaluationReportSchema.shape.tax.valueType.exactOptional() }),
  ),
  bestOf: evaluationReportSchema.shape.bestOf.unwrap().exactOptional(),
  answers: z.array(
    z.object({
      promptId: z.string(),
      prompt: z.string(),
      category: z.enum(categories).exactOptional(),
      completions: z.record(
        z.string(),
        z.object({
          completion: z.string(),
          finish: z.enum(['stop', 'length']),
          score: z.number(),
          likert: z.number().nullable(),
          flags: z.partialRecord(z.enum(flagNames), z.boolean().nullable()),
        }),
      ),
    }),
  ),
});
type Evaluation = z.infer<typeof evaluationSchema>;
/** A prompt that several models have answered, by their names, and how the answers were scored. */
export type JudgedPrompt = Evaluation['answers'][number];

/**
 * Reads the file.
 * @throws InstructError `bad-run` where it is missing or not an evaluation's.
 */
export function readEvaluation({ folder, spec }: Run): Evaluation {
  const file = join(folder, evaluationFile);
  try {
    return evaluationSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new InstructError(
      {
        code: 'bad-run',
        message: `${file}: the answers of ${spec.id} cannot be read.`,
        remedy: 'Give the id of a finished run of "instruct-studio eval".',
        place: { path: file },
      },
      { cause },
    );
  }
}
