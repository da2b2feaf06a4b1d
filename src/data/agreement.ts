/**
 * Comparisons out of rankings, and how often labelers agree (paper, section 3.4: training labelers
 * agreed with each other on 72.6 ± 1.5 % of comparisons).
 */

/** What is needed of a ranking. */
export interface RankedTask {
  readonly promptId: string;
  readonly labeler: string;
  /** Groups of completion ids, best first; several in a group are a tie. */
  readonly ranking: readonly (readonly string[])[];
  readonly skipped?: string | undefined;
}

/** One pair of completions of a prompt, of which a labeler prefers one. */
export interface Comparison {
  /** Kept, because all pairs of a prompt are one batch element (paper, section 3.5). */
  readonly promptId: string;
  readonly labeler: string;
  readonly chosen: string;
  readonly rejected: string;
}

/**
 * All comparisons of a ranking: each completion against each of a later group. Completions of the
 * same group (a tie) make none, and neither does a skipped task (paper, appendix C.2).
 */
export function comparisonsOf(task: RankedTask): Comparison[] {
  if (task.skipped !== undefined) return [];
  const { promptId, labeler, ranking } = task;
  return ranking.flatMap((better, rank) =>
    better.flatMap((chosen) =>
      ranking
        .slice(rank + 1)
        .flat()
        .map((rejected) => ({ promptId, labeler, chosen, rejected })),
    ),
  );
}

/** How often two or more labelers put the same two completions in the same order. */
export interface Agreement {
  /** Pairs of judgements of the same two completions, both with a preference. */
  readonly compared: number;
  /** How many of them prefer the same completion. */
  readonly agreed: number;
  /** Pairs of judgements that were left out because at least one was a tie. */
  readonly tied: number;
  /** `agreed / compared`; null when there was nothing to compare. */
  readonly rate: number | null;
  /** Half the width of the 95 % interval of `rate` (normal approximation); null as `rate`. */
  readonly halfWidth95: number | null;
}

/** Agreement of two labelers; the names in alphabetical order. */
export interface PairAgreement extends Agreement {
  readonly labelers: readonly [string, string];
}

/**
 * Agreement over all prompts that several labelers ranked. Each two labelers are compared on each
 * two completions that both ranked; where a labeler ranked a prompt more than once, the last
 * ranking given counts. A pair with a tie on either side is left out and counted in `tied`: the
 * paper drops ties from comparisons. Pairs with nothing in common are absent.
 */
export function agreement(tasks: Iterable<RankedTask>): {
  readonly overall: Agreement;
  readonly pairs: readonly PairAgreement[];
} {
  const byPrompt = new Map<string, Map<string, Map<string, number>>>();
  for (const task of tasks) {
    if (task.skipped !== undefined) continue;
    const rankOf = new Map(task.ranking.flatMap((group, rank) => group.map((id) => [id, rank])));
    const labelers = byPrompt.get(task.promptId) ?? new Map<string, Map<string, number>>();
    byPrompt.set(task.promptId, labelers.set(task.labeler, rankOf));
  }
  const tallies = new Map<string, { labelers: [string, string]; tally: PairTally }>();
  for (const labelers of byPrompt.values()) {
    const names = [...labelers].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [index, [first, firstRanks]] of names.entries()) {
      for (const [second, secondRanks] of names.slice(index + 1)) {
        const key = JSON.stringify([first, second]);
        const found = tallies.get(key) ?? { labelers: [first, second], tally: noTally };
        const tally = plus(found.tally, tallyOf(firstRanks, secondRanks));
        tallies.set(key, { labelers: found.labelers, tally });
      }
    }
  }
  const shared = [...tallies.values()].filter(({ tally }) => tally.compared + tally.tied > 0);
  return {
    overall: summary(shared.map(({ tally }) => tally).reduce(plus, noTally)),
    pairs: shared.map(({ labelers, tally }) => ({ labelers, ...summary(tally) })),
  };
}

interface PairTally {
  readonly compared: number;
  readonly agreed: number;
  readonly tied: number;
}

const noTally: PairTally = { compared: 0, agreed: 0, tied: 0 };

function plus(a: PairTally, b: PairTally): PairTally {
  return {
    compared: a.compared + b.compared,
    agreed: a.agreed + b.agreed,
    tied: a.tied + b.tied,
  };
}

/** Compares two labelers' ranks (0 is best) on every two completions that both ranked. */
function tallyOf(
  first: ReadonlyMap<string, number>,
  second: ReadonlyMap<string, number>,
): PairTally {
  const both = [...first].flatMap(([id, rank]) => {
    const other = second.get(id);
    return other === undefined ? [] : [{ rank, other }];
  });
  let [compared, agreed, tied] = [0, 0, 0];
  for (const [index, a] of both.entries()) {
    for (const b of both.slice(index + 1)) {
      if (a.rank === b.rank || a.other === b.other) {
        tied += 1;
        continue;
      }
      compared += 1;
      if (a.rank < b.rank === a.other < b.other) agreed += 1;
    }
  }
  return { compared, agreed, tied };
}

function summary(tally: PairTally): Agreement {
  const { compared, agreed } = tally;
  if (compared === 0) return { ...tally, rate: null, halfWidth95: null };
  const rate = agreed / compared;
  return { ...tally, rate, halfWidth95: 1.96 * Math.sqrt((rate * (1 - rate)) / compared) };
}
