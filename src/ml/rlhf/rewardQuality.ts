/** How well scores order completions: accuracy, calibration, length, examples. */
import type { RewardAccuracy, RewardQuality } from '../../protocol/rewardReport.ts';
import { pairsOf } from './comparisons.ts';
import { correlation, mean, standardDeviation } from './statistics.ts';

/** A ranking whose completions have been scored. */
export interface ScoredRanking {
  readonly prompt: string;
  readonly labeler?: string | undefined;
  readonly category?: string | undefined;
  readonly completions: readonly {
    readonly text: string;
    readonly tokens: number;
    readonly score: number;
  }[];
  /** Groups of indices into `completions`, best first; a group of several is a tie. */
  readonly ranking: readonly (readonly number[])[];
}

/** One comparison of a scored ranking. */
interface ScoredPair {
  readonly of: ScoredRanking;
  readonly chosen: number;
  readonly rejected: number;
  /** Score of the chosen completion less that of the rejected one. */
  readonly margin: number;
  /** 1 where the scores order it as the labeler, ½ where they are equal, else 0. */
  readonly right: number;
  /** Places of the labeler's ranking between the two; 1 for neighbours. */
  readonly gap: number;
}

const marginEdges = [0, 0.25, 0.5, 1, 2];
const reliabilityBins = 10;
const examplesShown = 5;

/**
 * Everything that {@link RewardQuality} holds of these rankings, or null where they hold no
 * comparison. Ties of the labeler make no comparison; ties of the scores count one half.
 */
export function rewardQuality(rankings: readonly ScoredRanking[]): RewardQuality | null {
  const pairs = rankings.map(scoredPairs);
  const all = pairs.flat();
  if (all.length === 0) return null;
  const compared = pairs.filter((own) => own.length > 0);
  const reliability = reliabilityCurve(all);
  const byMargin = [...all].sort((a, b) => b.margin - a.margin);
  const completions = rankings
    .flatMap(({ prompt, completions: own }) =>
      own.map(({ text, score }) => ({ prompt, completion: text, score })),
    )
    .sort((a, b) => b.score - a.score);
  const scores = completions.map(({ score }) => score);
  return {
    ...accuracyOf(pairs),
    loss: mean(compared.map((own) => mean(own.map(({ margin }) => softplus(-margin))))),
    byMargin: marginBins(all),
    byRankGap: rankGaps(all),
    reliability,
    calibrationError:
      reliability.reduce(
        (sum, { comparisons, predicted, observed }) =>
          sum + comparisons * Math.abs(predicted - observed),
        0,
      ) / all.length,
    length: lengthBias(rankings, all),
    scores: {
      mean: mean(scores),
      deviation: standardDeviation(scores),
      low: scores[scores.length - 1],
      high: scores[0],
    },
    byLabeler: accuracyBy(pairs, ({ labeler }) => labeler),
    byCategory: accuracyBy(pairs, ({ category }) => category),
    best: byMargin
      .filter(({ margin }) => margin > 0)
      .slice(0, examplesShown)
      .map(example),
    worst: byMargin
      .filter(({ margin }) => margin < 0)
      .slice(-examplesShown)
      .reverse()
      .map(example),
    highest: completions.slice(0, examplesShown),
    lowest: completions.slice(-examplesShown).reverse(),
  };
}

/**
 * Accuracy over all pairs with a 95 % interval that treats each ranking as one draw: the standard
 * error of a ratio of sums over clusters (Cochran 1977, section 6.5), times 1.96.
 */
function accuracyOf(rankings: readonly (readonly ScoredPair[])[]): RewardAccuracy {
  const clusters = rankings
    .filter((pairs) => pairs.length > 0)
    .map((pairs) => ({
      count: pairs.length,
      right: pairs.reduce((sum, { right }) => sum + right, 0),
    }));
  const comparisons = clusters.reduce((sum, { count }) => sum + count, 0);
  const accuracy = clusters.reduce((sum, { right }) => sum + right, 0) / comparisons;
  const n = clusters.length;
  const squares = clusters.reduce(
    (sum, { count, right }) => sum + (right - accuracy * count) ** 2,
    0,
  );
  // One ranking alone says nothing of how rankings differ: then anything may be.
  const half = n < 2 ? 1 : (1.96 * Math.sqrt((squares * n) / (n - 1))) / comparisons;
  return {
    rankings: n,
    comparisons,
    accuracy,
    ci95: [Math.max(0, accuracy - half), Math.min(1, accuracy + half)],
  };
}

/** See {@link rewardQuality}: accuracy and its interval alone, or null without a comparison. */
export function rewardAccuracy(rankings: readonly ScoredRanking[]): RewardAccuracy | null {
  const pairs = rankings.map(scoredPairs);
  return pairs.some((own) => own.length > 0) ? accuracyOf(pairs) : null;
}

function scoredPairs(of: ScoredRanking): ScoredPair[] {
  const place = new Map(of.ranking.flatMap((group, rank) => group.map((index) => [index, rank])));
  return pairsOf(of.ranking).map(([chosen, rejected]) => {
    const margin = of.completions[chosen].score - of.completions[rejected].score;
    return {
      of,
      chosen,
      rejected,
      margin,
      right: margin > 0 ? 1 : margin === 0 ? 0.5 : 0,
      gap: (place.get(rejected) ?? 0) - (place.get(chosen) ?? 0),
    };
  });
}

function accuracyBy(
  rankings: readonly (readonly ScoredPair[])[],
  nameOf: (ranking: ScoredRanking) => string | undefined,
): Record<string, RewardAccuracy> {
  const groups = new Map<string, (readonly ScoredPair[])[]>();
  for (const pairs of rankings) {
    const name = pairs.length === 0 ? undefined : nameOf(pairs[0].of);
    if (name === undefined) continue;
    groups.set(name, [...(groups.get(name) ?? []), pairs]);
  }
  return Object.fromEntries(
    [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, own]) => [name, accuracyOf(own)]),
  );
}

/** Bins of |margin|; those without a comparison are left out. */
function marginBins(pairs: readonly ScoredPair[]): RewardQuality['byMargin'] {
  return marginEdges.flatMap((from, i) => {
    const to = marginEdges.at(i + 1) ?? null;
    const own = pairs.filter(
      ({ margin }) => Math.abs(margin) >= from && (to === null || Math.abs(margin) < to),
    );
    if (own.length === 0) return [];
    return [{ from, to, comparisons: own.length, accuracy: mean(own.map(({ right }) => right)) }];
  });
}

function rankGaps(pairs: readonly ScoredPair[]): RewardQuality['byRankGap'] {
  const gaps = [...new Set(pairs.map(({ gap }) => gap))].sort((a, b) => a - b);
  return gaps.map((gap) => {
    const own = pairs.filter((pair) => pair.gap === gap);
    return { gap, comparisons: own.length, accuracy: mean(own.map(({ right }) => right)) };
  });
}

/**
 * Ten equal bins of the probability σ(|margin|), from ½ to 1, that the model gives to the side that
 * it prefers (Guo et al. 2017, section 2, for two classes); those without a comparison are left out.
 */
function reliabilityCurve(pairs: readonly ScoredPair[]): RewardQuality['reliability'] {
  const bins = Array.from({ length: reliabilityBins }, (): { p: number; right: number }[] => []);
  for (const { margin, right } of pairs) {
    const p = 1 / (1 + Math.exp(-Math.abs(margin)));
    const bin = Math.floor((p - 0.5) * 2 * reliabilityBins);
    bins[Math.min(reliabilityBins - 1, bin)].push({ p, right });
  }
  return bins.flatMap((own, i) => {
    if (own.length === 0) return [];
    return [
      {
        from: 0.5 + i / (2 * reliabilityBins),
        to: 0.5 + (i + 1) / (2 * reliabilityBins),
        comparisons: own.length,
        predicted: mean(own.map(({ p }) => p)),
        observed: mean(own.map(({ right }) => right)),
      },
    ];
  });
}

function lengthBias(
  rankings: readonly ScoredRanking[],
  pairs: readonly ScoredPair[],
): RewardQuality['length'] {
  const all = rankings.flatMap(({ completions }) => completions);
  const centred = rankings.flatMap(({ completions }) => {
    const tokens = mean(completions.map((completion) => completion.tokens));
    const score = mean(completions.map((completion) => completion.score));
    return completions.map((completion) => ({
      tokens: completion.tokens - tokens,
      score: completion.score - score,
    }));
  });
  const correlated = (of: readonly { tokens: number; score: number }[]): number | null =>
    correlation(
      of.map(({ tokens }) => tokens),
      of.map(({ score }) => score),
    );
  const unequal = pairs
    .map(({ of, chosen, rejected, right }) => ({
      more: of.completions[chosen].tokens - of.completions[rejected].tokens,
      right,
    }))
    .filter(({ more }) => more !== 0);
  const shareOf = (values: readonly number[]): number | null =>
    values.length === 0 ? null : mean(values);
  return {
    overall: correlated(all),
    withinPrompts: correlated(centred),
    labelersPreferLonger: shareOf(unequal.map(({ more }) => (more > 0 ? 1 : 0))),
    modelPrefersLonger: shareOf(unequal.map(({ more, right }) => (more > 0 ? right : 1 - right))),
  };
}

function example({ of, chosen, rejected }: ScoredPair): RewardQuality['best'][number] {
  return {
    prompt: of.prompt,
    chosen: of.completions[chosen].text,
    rejected: of.completions[rejected].text,
    chosenScore: of.completions[chosen].score,
    rejectedScore: of.completions[rejected].score,
  };
}

/** log(1 + eˣ) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
