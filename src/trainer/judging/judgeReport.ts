/** What judgements add up to. */
import { bootstrapInterval, winRate, type Random } from '../../data/index.ts';
import type { Judgements, Preference } from './judge.ts';

/** One model against the baseline. */
export interface JudgedModel {
  /** Wins count one, ties one half. */
  readonly winRate: number;
  /** Normal 95 % interval, as if all comparisons were independent. */
  readonly ci95: readonly [number, number];
  /** 95 % interval by the bootstrap over prompts. */
  readonly bootstrap95: readonly [number, number];
  readonly comparisons: number;
  readonly ties: number;
}

/** How a judge and another agree on comparisons that both decide. */
export interface JudgeAgreement {
  readonly compared: number;
  readonly agreed: number;
  /** `agreed / compared`; null when there was nothing to compare. */
  readonly rate: number | null;
}

/** See the file's header. */
export interface JudgeReport {
  readonly models: Readonly<Record<string, JudgedModel>>;
  /** Mean of 1 to 7 by model, the baseline included, where answers were rated. */
  readonly likert: Readonly<Record<string, number>>;
  /** Share of the answers with each flag, among those to which it applies, by model. */
  readonly flags: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly notes: readonly string[];
}

/** The report of one judge. The same random state gives the same intervals. */
export function judgeReport(judgements: Judgements, random: Random): JudgeReport {
  const { preferences, ratings, notes } = judgements;
  const models: Record<string, JudgedModel> = {};
  for (const [model, own] of Map.groupBy(preferences, (preference) => preference.model)) {
    const { rate, ci95, comparisons } = winRate(own.map(({ outcome }) => outcome));
    const clustered = own.map(({ promptId, outcome }) => ({ cluster: promptId, outcome }));
    models[model] = {
      winRate: rate,
      ci95,
      bootstrap95: bootstrapInterval(clustered, random),
      comparisons,
      ties: own.filter(({ outcome }) => outcome === 0.5).length,
    };
  }
  const likert: Record<string, number> = {};
  const flags: Record<string, Record<string, number>> = {};
  for (const [model, own] of Map.groupBy(ratings, (rating) => rating.model)) {
    const given = own.flatMap((rating) => (rating.likert === undefined ? [] : [rating.likert]));
    if (given.length > 0) likert[model] = given.reduce((sum, one) => sum + one, 0) / given.length;
    const shares = flagShares(own.map((rating) => rating.flags ?? {}));
    if (Object.keys(shares).length > 0) flags[model] = shares;
  }
  return { models, likert, flags, notes };
}

function flagShares(
  answers: readonly Readonly<Record<string, boolean | null>>[],
): Record<string, number> {
  const names = new Set(answers.flatMap((flags) => Object.keys(flags)));
  const shares: Record<string, number> = {};
  for (const name of names) {
    const values = answers
      .map((flags) => (Object.hasOwn(flags, name) ? flags[name] : null))
      .filter((value) => value !== null);
    if (values.length > 0) shares[name] = values.filter(Boolean).length / values.length;
  }
  return shares;
}

/** Of the comparisons that both decide, how many they decide alike; each labeler's counts by itself. */
export function judgeAgreement(
  ours: readonly Preference[],
  theirs: readonly Preference[],
): JudgeAgreement {
  const key = ({ promptId, model }: Preference): string => JSON.stringify([promptId, model]);
  const known = Map.groupBy(theirs, key);
  let compared = 0;
  let agreed = 0;
  for (const own of ours) {
    for (const other of known.get(key(own)) ?? []) {
      if (own.outcome === 0.5 || other.outcome === 0.5) continue;
      compared += 1;
      if (own.outcome > 0.5 === other.outcome > 0.5) agreed += 1;
    }
  }
  return { compared, agreed, rate: compared === 0 ? null : agreed / compared };
}
