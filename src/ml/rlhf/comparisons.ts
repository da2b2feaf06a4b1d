/** Rankings as comparisons of indices, packed so that every prompt weighs the same. */

/** Two completions of a prompt by index: the first is preferred. */
export type Pair = readonly [chosen: number, rejected: number];

/** All pairs of a ranking: each completion against each of a later group; ties make none. */
export function pairsOf(ranking: readonly (readonly number[])[]): Pair[] {
  return ranking.flatMap((better, rank) => {
    const worse = ranking.slice(rank + 1).flat();
    return better.flatMap((chosen) => worse.map((rejected): Pair => [chosen, rejected]));
  });
}

/** What {@link packComparisons} feeds; each [P], padded with pairs of weight 0. */
export interface PackedComparisons {
  readonly [name: string]: Int32Array | Float32Array;
  readonly chosen: Int32Array;
  readonly rejected: Int32Array;
  readonly weights: Float32Array;
}

/**
 * The comparisons of a batch of rankings whose completions stand one after another. A pair weighs
 * 1/(pairs of its prompt)/(prompts): the mean over the pairs that remain once ties are dropped,
 * where Equation 1 divides by C(K, 2); without ties they are the same.
 */
export function packComparisons(
  rankings: readonly {
    readonly sequences: readonly unknown[];
    readonly pairs: readonly Pair[];
  }[],
): PackedComparisons {
  const count = rankings.reduce((sum, { pairs }) => sum + pairs.length, 0);
  const size = Math.ceil(Math.max(1, count) / 32) * 32;
  const chosen = new Int32Array(size);
  const rejected = new Int32Array(size);
  const weights = new Float32Array(size);
  let first = 0;
  let next = 0;
  for (const { sequences, pairs } of rankings) {
    for (const [better, worse] of pairs) {
      chosen[next] = first + better;
      rejected[next] = first + worse;
      weights[next] = 1 / pairs.length / rankings.length;
      next++;
    }
    first += sequences.length;
  }
  return { chosen, rejected, weights };
}

/** The share of all pairs that rewards order as the labeler did; equal rewards count one half. */
export function pairAccuracy(
  rankings: readonly { readonly rewards: readonly number[]; readonly pairs: readonly Pair[] }[],
): number {
  let right = 0;
  let total = 0;
  for (const { rewards, pairs } of rankings) {
    for (const [chosen, rejected] of pairs) {
      const margin = rewards[chosen] - rewards[rejected];
      right += margin > 0 ? 1 : margin === 0 ? 0.5 : 0;
      total++;
    }
  }
  return total === 0 ? 0.5 : right / total;
}
