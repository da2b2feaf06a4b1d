/** What a finished draft becomes in the record of a ranking. */
import * as l10n from '@vscode/l10n';
import { InstructError } from '../../protocol/errors.ts';
import { missingOf, ratingsOf } from '../../protocol/rankingDraft.ts';
import type { LabelingMode, RankingDraft } from '../../protocol/rankingPanel.ts';
import type { Ranking } from '../../protocol/records.ts';

/** What of a record a draft decides. */
export type Decided = Pick<Ranking, 'ranking' | 'ratings' | 'bothBad' | 'strength' | 'skipped'>;

/**
 * The decisions of a draft over the completions in the order shown.
 * @throws InstructError `bad-argument` unless everything that the mode asks for is decided
 */
export function decidedRanking(
  draft: RankingDraft,
  mode: LabelingMode,
  shown: readonly string[],
): Decided {
  expectComplete(draft, mode);
  const pair = mode === 'pairwise';
  return {
    ranking: groupByRank(shown, draft.ranks),
    ...ratingsById(draft, mode, shown),
    ...(pair && draft.bothBad ? { bothBad: true } : {}),
    ...(pair && draft.strength !== null ? { strength: draft.strength } : {}),
  };
}

/** The record of a task that was skipped keeps what was said of single completions. */
export function skippedRanking(
  draft: RankingDraft,
  mode: LabelingMode,
  shown: readonly string[],
  reason: string,
): Decided {
  return { ranking: [], ...ratingsById(draft, mode, shown), skipped: reason };
}

function ratingsById(
  draft: RankingDraft,
  mode: LabelingMode,
  shown: readonly string[],
): Pick<Ranking, 'ratings'> {
  const said = ratingsOf(draft, mode);
  const ratings = shown.flatMap((id, index) => {
    const rating = said.at(index);
    return rating === undefined ? [] : [[id, rating] as const];
  });
  return ratings.length === 0 ? {} : { ratings: Object.fromEntries(ratings) };
}

/** Throws `InstructError` unless everything that the mode asks for is decided. */
function expectComplete(draft: RankingDraft, mode: LabelingMode): void {
  const { ratings, constraint, ranks } = missingOf(draft, mode);
  const total = draft.ranks.length;
  const lacks =
    ratings.length > 0
      ? l10n.t`${ratings.length} of ${total} completions have no rating yet.`
      : constraint.length > 0
        ? l10n.t`${constraint.length} of ${total} completions are not judged by the constraint yet.`
        : ranks.length > 0
          ? l10n.t`${ranks.length} of ${total} completions have no rank yet.`
          : undefined;
  if (lacks === undefined) return;
  throw new InstructError({
    code: 'bad-argument',
    message: lacks,
    remedy: l10n.t('Decide on every completion, or skip the task.'),
  });
}

/** Groups of ids, best first; equal ranks are one group, gaps between ranks do not matter. */
export function groupByRank(ids: readonly string[], ranks: readonly (number | null)[]): string[][] {
  const groups = new Map<number, string[]>();
  ids.forEach((id, index) => {
    const rank = ranks.at(index) ?? null;
    if (rank === null) return;
    const group = groups.get(rank);
    if (group === undefined) groups.set(rank, [id]);
    else group.push(id);
  });
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
