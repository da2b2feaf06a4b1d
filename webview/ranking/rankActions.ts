/** Ranking: the second of the two steps. */
import * as l10n from '@vscode/l10n';
import { letter, rankInWords, type Decided, type Decisions } from './decisions.ts';

/** Puts a completion on a rank, or takes its rank away. */
export function rank(now: Decisions, index: number, to: number | null, advance: boolean): Decided {
  const count = now.ranks.length;
  if (to !== null && (to < 1 || to > count))
    return { now: null, said: l10n.t`There are ${count} ranks.` };
  const known = now.ranks.at(index) === to;
  const after: Decisions = {
    ...now,
    ranks: known ? now.ranks : now.ranks.with(index, to),
    placed: to === null ? now.placed : index,
  };
  const selected = advance ? nextUnranked({ ...after, selected: index }) : index;
  const said = known ? '' : `${letter(index)} ${rankInWords(after, index)}.`;
  return { now: { ...after, selected }, said };
}

/** One rank better (-1) or worse (1). */
export function shift(now: Decisions, by: 1 | -1): Decided {
  const count = now.ranks.length;
  const from = now.ranks.at(now.selected) ?? null;
  const edge = by === 1 ? count : 1;
  const to = from === null ? edge : Math.min(count, Math.max(1, from + by));
  return rank(now, now.selected, to, false);
}

/** Ties the selected completion with the one that was ranked last. */
export function tie(now: Decisions): Decided {
  const target = now.placed === null ? null : (now.ranks.at(now.placed) ?? null);
  if (target === null || now.placed === now.selected) {
    return { now: null, said: l10n.t('Nothing to tie with: rank another completion first.') };
  }
  return rank(now, now.selected, target, true);
}

/** The first completion without a rank after the selected one, going round; else the selected. */
function nextUnranked({ ranks, selected }: Decisions): number {
  const open = ranks.flatMap((own, index) => (own === null ? [index] : []));
  return open.find((index) => index > selected) ?? open.at(0) ?? selected;
}
