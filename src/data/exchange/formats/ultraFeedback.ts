/** UltraFeedback: K completions judged by aspects, and the binarised set made from it. */
import * as z from 'zod';
import { defineFormat, misfit } from '../format.ts';
import type { Format } from '../format.ts';
import { pairsOf, pairTask, pairTraits } from '../pairs.ts';
import { given, taskOf } from '../task.ts';
import { asText, asTurns, splitAtAnswer, turnSchema } from '../turns.ts';

/** Ratings are whole numbers as texts, or "N/A". */
const aspect = z.union([
  z.looseObject({ Rating: z.union([z.string(), z.number()]).nullish() }),
  z.array(z.unknown()),
]);
const number = z.union([z.number(), z.string()]).nullish();

const completionSchema = z.looseObject({
  model: z.string().min(1),
  response: z.string(),
  overall_score: number,
  annotations: z.record(z.string(), aspect).nullish(),
});

function numberOf(value: unknown): number | null {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : null;
}

function scoresOf(completion: z.infer<typeof completionSchema>): Record<string, number> {
  const entries = Object.entries(completion.annotations ?? {}).map(
    ([name, annotation]) =>
      [name, numberOf('Rating' in annotation ? annotation.Rating : null)] as const,
  );
  const all = [...entries, ['overall_score', numberOf(completion.overall_score)] as const];
  return Object.fromEntries(
    all.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
}

/** Places in groups by falling score; equal scores are a tie. */
export function groupsByScore(scores: readonly number[]): number[][] {
  const levels = [...new Set(scores)].sort((a, b) => b - a);
  return levels.map((level) => scores.flatMap((score, place) => (score === level ? [place] : [])));
}

const ultraFeedback = defineFormat({
  name: 'ultrafeedback',
  title: 'UltraFeedback',
  row: z.looseObject({
    source: z.string().nullish(),
    instruction: z.string().min(1),
    completions: z.array(completionSchema).min(1),
  }),
  mapping: {
    instruction: 'prompt',
    source: 'source',
    'completions.model': 'model',
    'completions.response': 'completion',
    'completions.overall_score': 'score "overall_score", and the ranking by it (labeler "gpt-4")',
    'completions.annotations': 'scores by aspect',
  },
  read: ({ source, instruction, completions }) => {
    const scores = completions.map(scoresOf);
    const overall = scores.map((one) => one['overall_score']);
    const known = overall.every((value) => Number.isFinite(value));
    const rankings =
      known && completions.length > 1 ? [{ groups: groupsByScore(overall), labeler: 'gpt-4' }] : [];
    return taskOf(instruction, {
      fields: given({ source }),
      completions: completions.map(({ model, response: text }, place) => ({
        text,
        model,
        scores: scores[place],
      })),
      rankings,
    });
  },
  write: {
    container: 'jsonl',
    carries: ['completions that nobody ranked', 'names of models', 'scores of completions'],
    rows: ({ prompt, completions }) =>
      completions.length === 0
        ? []
        : [
            {
              source: prompt.fields?.['source'] ?? 'instruct-studio',
              instruction: asText(prompt.content),
              models: completions.map(({ model }) => model ?? 'unknown'),
              completions: completions.map(({ text, model, scores = {} }) => {
                const { overall_score: overall, ...aspects } = scores;
                return {
                  model: model ?? 'unknown',
                  response: text,
                  ...(Number.isFinite(overall) ? { overall_score: overall } : {}),
                  annotations: Object.fromEntries(
                    Object.entries(aspects).map(([name, value]) => [
                      name,
                      { Rating: String(value) },
                    ]),
                  ),
                };
              }),
              correct_answers: [],
              incorrect_answers: [],
            },
          ],
  },
});

const turns = z.array(turnSchema).min(2);

const binarized = defineFormat({
  name: 'ultrafeedback-binarized',
  title: 'UltraFeedback, binarised',
  row: z.looseObject({
    prompt: z.string().min(1),
    prompt_id: z.string().nullish(),
    chosen: turns,
    rejected: turns,
    score_chosen: z.number().nullish(),
    score_rejected: z.number().nullish(),
    messages: z.array(turnSchema),
  }),
  mapping: {
    prompt: 'prompt',
    chosen: 'completion (its last turn), ranked first',
    rejected: 'completion (its last turn), ranked second',
    score_chosen: 'score "overall_score"',
    score_rejected: 'score "overall_score"',
    messages: 'the same as "chosen": not taken twice',
  },
  read: (row) => {
    const first = splitAtAnswer('chosen', row.chosen);
    const second = splitAtAnswer('rejected', row.rejected);
    if (asText(first.prompt) !== asText(second.prompt)) {
      throw misfit('rejected', 'expected the same turns before the answer as in "chosen"');
    }
    const scored = (
      text: string,
      score: number | null | undefined,
    ): Parameters<typeof pairTask>[1] => ({
      text,
      ...(score === undefined || score === null ? {} : { scores: { overall_score: score } }),
    });
    return pairTask(
      first.prompt.length === 1 ? row.prompt : first.prompt,
      scored(first.answer, row.score_chosen),
      scored(second.answer, row.score_rejected),
    );
  },
  write: {
    container: 'parquet',
    carries: [...pairTraits, 'conversations of several turns'],
    rows: (task) =>
      pairsOf(task).map(({ chosen, rejected }) => {
        const before = asTurns(task.prompt.content);
        const whole = (content: string): unknown => [...before, { role: 'assistant', content }];
        return {
          prompt: before.findLast(({ role }) => role === 'user')?.content ?? '',
          prompt_id: task.prompt.id ?? '',
          chosen: whole(chosen.text),
          rejected: whole(rejected.text),
          messages: whole(chosen.text),
          score_chosen: chosen.scores?.['overall_score'] ?? null,
          score_rejected: rejected.scores?.['overall_score'] ?? null,
        };
      }),
  },
});

/** Both shapes. */
export const ultraFeedbackFormats: readonly Format[] = [binarized, ultraFeedback];
