/** The screening test of new labelers (paper, appendix B.1). */
import type { FlagName } from '../protocol/records.ts';
import { agreement } from './agreement.ts';
import type { RankedTask } from './agreement.ts';

/** The soft cutoffs; the final choice stays a person's (paper, appendix B.1). */
export interface ScreeningCutoffs {
  /** The least share of sensitive-content flags on which candidate and researchers agree. */
  readonly flagAgreement: number;
  /** The least share of comparisons on which they agree. */
  readonly rankingAgreement: number;
  /** The least mean of the researchers' 1–7 ratings of the candidate's demonstrations. */
  readonly demonstrationRating: number;
}

/** 75 % agreement on flags and on rankings, 6 of 7 for demonstrations. */
export const paperCutoffs: ScreeningCutoffs = {
  flagAgreement: 0.75,
  rankingAgreement: 0.75,
  demonstrationRating: 6,
};

/** The flags that say that a text is sensitive: criterion 1 compares these. */
export const sensitiveFlags: readonly FlagName[] = [
  'inappropriateForAssistant',
  'sexualContent',
  'violentContent',
  'encouragesViolence',
  'denigratesProtectedClass',
  'harmfulAdvice',
];

/** The flags that somebody gave to one completion. */
export interface FlaggedCompletion {
  readonly completionId: string;
  readonly flags: Partial<Record<FlagName, boolean | null>>;
}

/** A candidate's answers to the test, and the researchers' answers to compare them with. */
export interface ScreeningTest {
  readonly flags: {
    readonly candidate: readonly FlaggedCompletion[];
    readonly researchers: readonly FlaggedCompletion[];
  };
  readonly rankings: {
    readonly candidate: readonly RankedTask[];
    readonly researchers: readonly RankedTask[];
  };
  /** The researchers' 1–7 ratings of the candidate's demonstrations for sensitive prompts. */
  readonly demonstrationRatings: readonly number[];
  /** The topics or groups whose sensitive speech the candidate can recognise, by own account. */
  readonly selfAssessedTopics: readonly string[];
}

/** One measured criterion. */
export interface Criterion {
  /** What was measured; null when there was nothing to measure. */
  readonly value: number | null;
  readonly cutoff: number;
  /** On how many flags, comparisons or demonstrations. */
  readonly count: number;
  /** Null when nothing was measured. */
  readonly passed: boolean | null;
}

/** The four criteria, and whether the three that have a cutoff are met. */
export interface ScreeningResult {
  readonly flagAgreement: Criterion;
  readonly rankingAgreement: Criterion;
  readonly demonstrationRating: Criterion;
  readonly selfAssessedTopics: readonly string[];
  /** A suggestion: the paper's cutoffs were soft and the choice was made by people. */
  readonly meetsCutoffs: boolean;
}

/**
 * Marks a screening test. Flags are compared one by one where both sides answered yes or no;
 * rankings pair by pair, with ties left out, against each researcher.
 */
export function screen(
  test: ScreeningTest,
  cutoffs: ScreeningCutoffs = paperCutoffs,
): ScreeningResult {
  const flags = flagMatches(test.flags);
  const ranked = rankingMatches(test.rankings);
  const ratings = test.demonstrationRatings;
  const sum = ratings.reduce((total, rating) => total + rating, 0);
  const flagAgreement = criterion(flags.agreed, flags.compared, cutoffs.flagAgreement);
  const rankingAgreement = criterion(ranked.agreed, ranked.compared, cutoffs.rankingAgreement);
  const demonstrationRating = criterion(sum, ratings.length, cutoffs.demonstrationRating);
  const measured = [flagAgreement, rankingAgreement, demonstrationRating];
  return {
    flagAgreement,
    rankingAgreement,
    demonstrationRating,
    selfAssessedTopics: [...new Set(test.selfAssessedTopics)].sort(),
    meetsCutoffs: measured.every(({ passed }) => passed === true),
  };
}

function criterion(sum: number, count: number, cutoff: number): Criterion {
  if (count === 0) return { value: null, cutoff, count, passed: null };
  const value = sum / count;
  return { value, cutoff, count, passed: value >= cutoff };
}

interface Matches {
  readonly agreed: number;
  readonly compared: number;
}

function flagMatches({ candidate, researchers }: ScreeningTest['flags']): Matches {
  let [agreed, compared] = [0, 0];
  for (const { completionId, flags } of candidate) {
    for (const other of researchers.filter((one) => one.completionId === completionId)) {
      for (const flag of sensitiveFlags) {
        const [mine, theirs] = [flags[flag] ?? null, other.flags[flag] ?? null];
        if (mine === null || theirs === null) continue;
        compared += 1;
        if (mine === theirs) agreed += 1;
      }
    }
  }
  return { agreed, compared };
}

function rankingMatches({ candidate, researchers }: ScreeningTest['rankings']): Matches {
  const named = [
    ...candidate.map((task) => ({ ...task, labeler: 'candidate' })),
    ...researchers.map((task) => ({ ...task, labeler: `researcher ${task.labeler}` })),
  ];
  const shared = agreement(named).pairs.filter(({ labelers }) => labelers.includes('candidate'));
  return {
    agreed: shared.reduce((sum, pair) => sum + pair.agreed, 0),
    compared: shared.reduce((sum, pair) => sum + pair.compared, 0),
  };
}
