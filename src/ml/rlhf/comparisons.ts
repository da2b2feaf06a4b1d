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
 * What a comparison is divided by besides the number of prompts: the comparisons that `remaining`
 * once ties are dropped, or `all` C(K, 2) pairs as Equation 1 is written, by which a prompt with ties
 * weighs less. The paper does not say; without ties they are the same.
 */
export type PairDivisor = 'remaining' | 'all';

/**
 * The comparisons of a batch of rankings whose completions stand one after another. A pair weighs
 * 1/(divisor of its prompt)/(prompts), so that a prompt weighs 1 however many completions it has.
 */
export function packComparisons(
  rankings: readonly {
    readonly sequences: readonly unknown[];
    readonly pairs: readonly Pair[];
  }[],
  divisor: PairDivisor,
): PackedComparisons {
  const count = rankings.reduce((sum, { pairs }) => sum + pairs.length, 0);
  const size = Math.ceil(Math.max(1, count) / 32) * 32;
  const chosen = new Int32Array(size);
  const rejected = new Int32Array(size);
  const weights = new Float32Array(size);
  let first = 0;
  let next = 0;
  for (const { sequences, pairs } of rankings) {
    const k = sequences.length;
    const divided = divisor === 'all' ? (k * (k - 1)) / 2 : pairs.length;
    for (const [better, worse] of pairs) {
      chosen[next] = first + better;
      rejected[next] = first + worse;
      weights[next] = 1 / divided / rankings.length;
      next++;
    }
    first += sequences.length;
  }
  return { chosen, rejected, weights };
}
