/** Labelers in groups, for cross-validation. */

/**
 * Splits labelers into groups with about the same number of rankings each (paper, appendix E.2): the
 * labeler with the most goes first, always into the group that has the fewest so far.
 *
 * @param rankings Rankings of each labeler.
 * @throws Error unless there is at least one labeler a group.
 */
export function labelerGroups(rankings: ReadonlyMap<string, number>, groups: number): string[][] {
  if (groups < 2 || rankings.size < groups) {
    throw new Error(`labelerGroups: expected 2 to ${rankings.size} groups, got ${groups}`);
  }
  const result = Array.from({ length: groups }, () => ({ names: [] as string[], rankings: 0 }));
  const byCount = [...rankings].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  for (const [name, count] of byCount) {
    const group = result.reduce((least, other) =>
      other.rankings < least.rankings ? other : least,
    );
    group.names.push(name);
    group.rankings += count;
  }
  return result.map(({ names }) => names);
}
