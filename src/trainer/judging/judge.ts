/** Who says which of two models' answers is better. */
import type { JudgedPrompt } from '../reports/evaluationFile.ts';

/** One judgement of a model's answer against the baseline's. */
export interface Preference {
  readonly promptId: string;
  readonly model: string;
  /** 1 where the model's answer is better, 0 where the baseline's is, 0.5 for a tie. */
  readonly outcome: number;
}

/** What a judge says of the answers one by one. */
export interface Rated {
  readonly model: string;
  readonly likert?: number;
  readonly flags?: Readonly<Record<string, boolean | null>>;
}

/** What a judge found. */
export interface Judgements {
  readonly preferences: readonly Preference[];
  readonly ratings: readonly Rated[];
  /** What one should know when reading the rates. */
  readonly notes: readonly string[];
}

/** Compares every other model's answers with the baseline's. */
export type Judge = (prompts: readonly JudgedPrompt[], baseline: string) => Promise<Judgements>;

/** Every model's answer beside the baseline's; prompts that one has not answered are left out. */
export function comparedAnswers(
  prompts: readonly JudgedPrompt[],
  baseline: string,
): {
  readonly of: JudgedPrompt;
  readonly model: string;
  readonly ours: JudgedPrompt['completions'][string];
  readonly theirs: JudgedPrompt['completions'][string];
}[] {
  return prompts.flatMap((of) => {
    const theirs = Object.hasOwn(of.completions, baseline) ? of.completions[baseline] : null;
    if (theirs === null) return [];
    return Object.entries(of.completions)
      .filter(([model]) => model !== baseline)
      .map(([model, ours]) => ({ of, model, ours, theirs }));
  });
}
