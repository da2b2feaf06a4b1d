/** How much there is to learn from ranking some completions, judged by reward models' scores. */

/** A completion's scores by judge. */
type Scores = Readonly<Record<string, number>>;

/**
 * How much reward models contradict each other on the order of completions: over all pairs, the
 * mean of 1 − |share that prefers one − share that prefers the other|. 0 where all agree, 1 where
 * every pair splits them evenly. By order alone, because scores of different models have no
 * common scale. Null without a pair that two models scored.
 */
export function modelDisagreement(completions: readonly (Scores | undefined)[]): number | null {
  let [sum, pairs] = [0, 0];
  forEachPair(completions, (differences) => {
    if (differences.length < 2) return;
    const balance = differences.reduce((total, difference) => total + Math.sign(difference), 0);
    sum += 1 - Math.abs(balance) / differences.length;
    pairs += 1;
  });
  return pairs === 0 ? null : sum / pairs;
}

/**
 * How unsure a reward model is of the order: over all pairs, the mean entropy, in bits, of
 * σ(difference of scores), its probability that the first is preferred. Several models' scores
 * are averaged first. 1 where all scores are equal. Null without a scored pair.
 */
export function scoreUncertainty(completions: readonly (Scores | undefined)[]): number | null {
  let [sum, pairs] = [0, 0];
  forEachPair(completions, (differences) => {
    if (differences.length === 0) return;
    const mean = differences.reduce((total, one) => total + one, 0) / differences.length;
    sum += entropyBits(1 / (1 + Math.exp(-mean)));
    pairs += 1;
  });
  return pairs === 0 ? null : sum / pairs;
}

/** Calls with the differences of two completions' scores, one for each model that scored both. */
function forEachPair(
  completions: readonly (Scores | undefined)[],
  take: (differences: readonly number[]) => void,
): void {
  for (const [index, first] of completions.entries()) {
    if (first === undefined) continue;
    for (const second of completions.slice(index + 1)) {
      if (second === undefined) continue;
      const shared = Object.keys(first).filter((judge) => Object.hasOwn(second, judge));
      take(shared.map((judge) => first[judge] - second[judge]));
    }
  }
}

function entropyBits(p: number): number {
  const part = (q: number): number => (q <= 0 ? 0 : -q * Math.log2(q));
  return part(p) + part(1 - p);
}
