/** Rankings of one labeler that no order can hold: a over b, b as good as c, c over a. */
import { setImmediate as turn } from 'node:timers/promises';
import type { RankingEntry } from './entries.ts';
import { standingRankings } from './contested.ts';

/** What the search looks at. */
type Ranked = Pick<
  RankingEntry,
  'id' | 'promptId' | 'labeler' | 'ranking' | 'skipped' | 'adjudicates'
>;

const rankingsPerTurn = 2000;

/**
 * The rankings that close a circle with earlier ones of the same labeler on the same prompt, in
 * their order. Each is left out before the next is looked at. Rankings that were settled by another
 * one are not looked at. Lets the event loop go often.
 */
export async function rankingCycles<T extends Ranked>(rankings: Iterable<T>): Promise<Set<T>> {
  const tasks = new Map<string, T[]>();
  let seen = 0;
  for (const entry of standingRankings(rankings)) {
    if (++seen % rankingsPerTurn === 0) await turn();
    const key = JSON.stringify([entry.labeler, entry.promptId]);
    const known = tasks.get(key);
    if (known === undefined) tasks.set(key, [entry]);
    else known.push(entry);
  }
  const closing = new Set<T>();
  for (const entries of tasks.values()) {
    if (entries.length === 1) continue;
    if (++seen % rankingsPerTurn === 0) await turn();
    const consistent: T[] = [];
    for (const entry of entries) {
      consistent.push(entry);
      if (hasOrder(consistent.map(({ ranking }) => ranking))) continue;
      consistent.pop();
      closing.add(entry);
    }
  }
  return closing;
}

/** Whether one order with ties agrees with every ranking, each of groups from best to worst. */
export function hasOrder(rankings: readonly (readonly (readonly string[])[])[]): boolean {
  const below = preferences(rankings, tiesOf(rankings));
  const state = new Map<string, 'open' | 'done'>();
  const closes = (id: string): boolean => {
    if (state.get(id) === 'open') return true;
    if (state.get(id) === 'done') return false;
    state.set(id, 'open');
    const found = [...(below.get(id) ?? [])].some(closes);
    state.set(id, 'done');
    return found;
  };
  return ![...below.keys()].some(closes);
}

/** Gives for every completion the one that stands for all that are tied with it. */
function tiesOf(rankings: readonly (readonly (readonly string[])[])[]): (id: string) => string {
  const parents = new Map<string, string>();
  const root = (id: string): string => {
    let found = id;
    for (let up = parents.get(found); up !== undefined; up = parents.get(found)) found = up;
    return found;
  };
  for (const group of rankings.flat()) {
    for (const id of group) {
      const [a, b] = [root(group[0]), root(id)];
      if (a !== b) parents.set(b, a);
    }
  }
  return root;
}

/** Which completions stand directly below each in some ranking. */
function preferences(
  rankings: readonly (readonly (readonly string[])[])[],
  rootOf: (id: string) => string,
): Map<string, Set<string>> {
  const below = new Map<string, Set<string>>();
  for (const ranking of rankings) {
    for (let rank = 1; rank < ranking.length; rank++) {
      const better = rootOf(ranking[rank - 1][0]);
      const known = below.get(better) ?? new Set<string>();
      below.set(better, known.add(rootOf(ranking[rank][0])));
    }
  }
  return below;
}
