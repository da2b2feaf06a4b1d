/** What a labeler has decided about one task, and how it is said in words. */
import * as l10n from '@vscode/l10n';
import type { RankingDraft } from '../../src/protocol/rankingPanel.ts';

/** The decisions of a draft. Arrays run over the completions in the order shown. */
export interface Decisions extends Readonly<Omit<RankingDraft, 'seconds'>> {
  /** The completion that was ranked last; `tie` puts the selected one beside it. */
  readonly placed: number | null;
}

/** New decisions and what is said of them. `null` decides nothing; `said` may tell why. */
export interface Decided {
  readonly now: Decisions | null;
  readonly said: string;
}

/** The letter under which a completion is shown. */
export function letter(index: number): string {
  return String.fromCharCode(65 + index);
}

/** Letters of several completions, "A, C and D". */
export function letters(indexes: readonly number[]): string {
  return inOneList(indexes.map(letter));
}

function inOneList(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : l10n.t`${names.slice(0, -1).join(', ')} and ${last}`;
}

/** The rank of a completion in words: "rank 2 of 4, tied with C". */
export function rankInWords({ ranks }: Pick<Decisions, 'ranks'>, index: number): string {
  const own = ranks.at(index) ?? null;
  if (own === null) return l10n.t('not ranked');
  const tied = ranks.flatMap((other, at) => (other === own && at !== index ? [letter(at)] : []));
  const count = ranks.length;
  const words =
    own === 1
      ? l10n.t`rank ${own} of ${count} (best)`
      : own === count
        ? l10n.t`rank ${own} of ${count} (worst)`
        : l10n.t`rank ${own} of ${count}`;
  return tied.length === 0 ? words : l10n.t`${words}, tied with ${inOneList(tied)}`;
}

/** The order so far, best first: "B > A = D > C". */
export function summary({ ranks }: Pick<Decisions, 'ranks'>): string {
  const groups = [...new Set(ranks)]
    .filter((rank) => rank !== null)
    .sort((a, b) => a - b)
    .map((rank) => ranks.flatMap((own, index) => (own === rank ? [letter(index)] : [])));
  return groups.map((group) => group.join(' = ')).join(' > ');
}
