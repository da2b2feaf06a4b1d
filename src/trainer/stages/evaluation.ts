/** What judged answers add up to. */
import { outcome, winRate } from '../../data/index.ts';
import type { ScoredBy } from '../../protocol/evaluationReport.ts';
import { flagNames, type FlagName } from '../../protocol/records.ts';
import type { AlignmentTax } from './alignmentTax.ts';

/** One model's answer to one prompt, judged. */
export interface Answer {
  readonly completion: string;
  readonly finish: 'stop' | 'length';
  /** The gold labeler's score, or a reward model's. */
  readonly score: number;
  /** 1 to 7; null where a reward model scored. */
  readonly likert: number | null;
  /** Null where a flag does not apply to the prompt. */
  readonly flags: Readonly<Record<FlagName, boolean | null>>;
}

/** What is reported of one model. Win rates are by the score; ties count one half. */
export interface ModelReport {
  /** Mean gold score, where the gold labeler scored. */
  readonly gold?: number;
  /** Mean score of the reward model, where that scored. */
  readonly reward?: number;
  /** Mean of 1 to 7, where the gold labeler scored. */
  readonly likert?: number;
  /** How often it is preferred to the SFT model, where there is one. */
  readonly winRateVsSft?: number;
  /** 95 % interval of `winRateVsSft`. */
  readonly ci95?: readonly [number, number];
  /** How often it is preferred to the base. */
  readonly winRateVsBase?: number;
  /** 95 % interval of `winRateVsBase`. */
  readonly ci95VsBase?: readonly [number, number];
  /** Share of the answers with each flag, among those to which it applies. */
  readonly flags: Readonly<Record<string, number>>;
  /** Mean length of a completion in characters. */
  readonly characters: number;
  /** What it still can of what the base could; absent for the prompted base, which is the base. */
  readonly tax?: AlignmentTax;
}

/** A report for each model. The answers of all models are to the same prompts, in one order. */
export function summarise(
  answers: ReadonlyMap<string, readonly Answer[]>,
  taxes: ReadonlyMap<string, AlignmentTax>,
  scoredBy: ScoredBy = 'gold',
): Record<string, ModelReport> {
  const reports: Record<string, ModelReport> = {};
  for (const [name, own] of answers) {
    const sft = compare(name, own, 'sft', answers);
    const base = compare(name, own, 'base', answers);
    const tax = taxes.get(name);
    reports[name] = {
      [scoredBy]: mean(own.map(({ score }) => score)),
      ...(scoredBy === 'gold' ? { likert: mean(own.map(({ likert }) => likert ?? 0)) } : {}),
      ...(sft === null ? {} : { winRateVsSft: sft.rate, ci95: sft.ci95 }),
      ...(base === null ? {} : { winRateVsBase: base.rate, ci95VsBase: base.ci95 }),
      flags: flagShares(own),
      characters: mean(own.map(({ completion }) => completion.length)),
      ...(tax === undefined ? {} : { tax }),
    };
  }
  return reports;
}

function compare(
  name: string,
  own: readonly Answer[],
  otherName: string,
  answers: ReadonlyMap<string, readonly Answer[]>,
): ReturnType<typeof winRate> | null {
  const others = answers.get(otherName);
  if (others === undefined || name === otherName) return null;
  return winRate(own.map(({ score }, i) => outcome(score, others[i].score)));
}

function flagShares(own: readonly Answer[]): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const flag of flagNames) {
    const values = own.map(({ flags }) => flags[flag]).filter((value) => value !== null);
    if (values.length > 0) shares[flag] = values.filter(Boolean).length / values.length;
  }
  return shares;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
