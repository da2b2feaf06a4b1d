/** What an evaluation's judged answers add up to, as a whole and by category. */
import { bootstrapInterval, outcome, Random, wilsonInterval, winRate } from '../../data/index.ts';
import type { EvaluationSlice, ModelNumbers, Preferred } from '../../protocol/evaluationReport.ts';
import { categories, flagNames } from '../../protocol/records.ts';
import type { JudgedPrompt } from './evaluationFile.ts';

/** The numbers of all prompts, and of each category. The same seed gives the same intervals. */
export function slicesOf(
  answers: readonly JudgedPrompt[],
  names: readonly string[],
  baselines: readonly string[],
  seed: number,
): EvaluationSlice[] {
  const slice = (name: EvaluationSlice['name'], own: readonly JudgedPrompt[]): EvaluationSlice => ({
    name,
    prompts: own.length,
    models: Object.fromEntries(
      names.map((model) => [
        model,
        numbersOf(own, model, baselines, new Random(`report ${seed} ${name} ${model}`)),
      ]),
    ),
  });
  return [
    slice('all', answers),
    ...categories.flatMap((category) => {
      const own = answers.filter((one) => one.category === category);
      return own.length === 0 ? [] : [slice(category, own)];
    }),
  ];
}

function numbersOf(
  answers: readonly JudgedPrompt[],
  model: string,
  baselines: readonly string[],
  random: Random,
): ModelNumbers {
  const own = answers.map(({ completions }) => completions[model]);
  const score = mean(own.map(({ score }) => score));
  const squares = own.reduce((sum, one) => sum + (one.score - score) ** 2, 0);
  const against: Record<string, Preferred> = {};
  for (const baseline of baselines) {
    if (baseline === model) continue;
    const outcomes = answers.map(({ promptId, completions }) => ({
      cluster: promptId,
      outcome: outcome(completions[model].score, completions[baseline].score),
    }));
    const { rate, comparisons } = winRate(outcomes.map((one) => one.outcome));
    against[baseline] = {
      winRate: rate,
      ci95: [...wilsonInterval(rate, comparisons)],
      bootstrap95: [...bootstrapInterval(outcomes, random)],
      comparisons,
      ties: outcomes.filter((one) => one.outcome === 0.5).length,
    };
  }
  const flags: Record<string, number> = {};
  for (const flag of flagNames) {
    const set = own.flatMap((one) => {
      const value = one.flags[flag] ?? null;
      return value === null ? [] : [value];
    });
    if (set.length > 0) flags[flag] = set.filter(Boolean).length / set.length;
  }
  return {
    score,
    scoreError: own.length < 2 ? 0 : Math.sqrt(squares / (own.length - 1) / own.length),
    likert: own.some(({ likert }) => likert === null)
      ? null
      : mean(own.map(({ likert }) => likert ?? 0)),
    flags,
    characters: mean(own.map(({ completion }) => completion.length)),
    against,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
