/**
 * Ranking one task, as a pure state machine: completions by position in the order shown, ranks
 * from 1 (best), equal ranks are ties. Every decision can be undone.
 */
import type { RankingDraft } from '../../src/protocol/panels.ts';

/** What is decided so far. Arrays run over the completions; null is undecided. */
export interface Decisions {
  readonly ranks: readonly (number | null)[];
  /** Overall quality, 1 (worst) to 7 (best). */
  readonly ratings: readonly (number | null)[];
  /** The completion that the keys act on. */
  readonly selected: number;
  /** The completion that was ranked last; `tie` puts the selected one beside it. */
  readonly placed: number | null;
}

/** A task's decisions with the way back and forth. */
export interface RankingState {
  readonly now: Decisions;
  readonly past: readonly Decisions[];
  readonly future: readonly Decisions[];
}

/** What a labeler can do to a task. An `index` that is absent means the selected completion. */
export type RankingAction =
  | { readonly type: 'select'; readonly index: number }
  /** Selects the one after or before; the ends do not wrap. */
  | { readonly type: 'move'; readonly by: 1 | -1 }
  /** `advance` selects the next completion that has no rank yet. */
  | {
      readonly type: 'rank';
      readonly rank: number | null;
      readonly index?: number;
      readonly advance?: boolean;
    }
  /** One rank better (-1) or worse (1). */
  | { readonly type: 'shift'; readonly by: 1 | -1 }
  /** The rank of the completion that was ranked last; selects the next one without a rank. */
  | { readonly type: 'tie' }
  | { readonly type: 'rate'; readonly rating: number | null; readonly index?: number }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' };

/** The state after an action and, for screen readers, what happened; empty when nothing did. */
export interface Step {
  readonly state: RankingState;
  readonly said: string;
}

/** The state in which a task is taken up. */
export function takeUp(draft: RankingDraft): RankingState {
  const { ranks, ratings, selected } = draft;
  const last = Math.max(0, ranks.length - 1);
  const now = { ranks, ratings, selected: Math.min(selected, last), placed: null };
  return { now, past: [], future: [] };
}

/** Positions that have no rank yet, in the order shown. */
export function unranked({ ranks }: Decisions): number[] {
  return ranks.flatMap((rank, index) => (rank === null ? [index] : []));
}

/** The letter under which a completion is shown. */
export function letter(index: number): string {
  return String.fromCharCode(65 + index);
}

/** Does one action. */
export function act(state: RankingState, action: RankingAction): Step {
  const { now } = state;
  const count = now.ranks.length;
  switch (action.type) {
    case 'select':
      return select(state, action.index);
    case 'move':
      return select(state, Math.min(count - 1, Math.max(0, now.selected + action.by)));
    case 'rank':
      return rank(state, action.index ?? now.selected, action.rank, action.advance === true);
    case 'shift': {
      const edge = action.by === 1 ? count : 1;
      const from = now.ranks.at(now.selected) ?? null;
      const to = from === null ? edge : Math.min(count, Math.max(1, from + action.by));
      return rank(state, now.selected, to, false);
    }
    case 'tie': {
      const target = now.placed === null ? null : (now.ranks.at(now.placed) ?? null);
      if (target === null || now.placed === now.selected) {
        return { state, said: 'Nothing to tie with: rank another completion first.' };
      }
      return rank(state, now.selected, target, true);
    }
    case 'rate': {
      const index = action.index ?? now.selected;
      if (now.ratings.at(index) === action.rating) return { state, said: '' };
      const ratings = now.ratings.with(index, action.rating);
      const value = action.rating === null ? 'not rated' : `rated ${action.rating} of 7`;
      return decided(state, { ...now, ratings, selected: index }, `${letter(index)} ${value}.`);
    }
    case 'undo': {
      const before = state.past.at(-1);
      if (before === undefined) return { state, said: '' };
      return {
        state: { now: before, past: state.past.slice(0, -1), future: [now, ...state.future] },
        said: `Undone. ${summary(before)}`,
      };
    }
    case 'redo': {
      const after = state.future.at(0);
      if (after === undefined) return { state, said: '' };
      return {
        state: { now: after, past: [...state.past, now], future: state.future.slice(1) },
        said: `Redone. ${summary(after)}`,
      };
    }
  }
}

/** The rank of a completion in words: "rank 2 of 4, tied with C". */
export function rankInWords({ ranks }: Decisions, index: number): string {
  const own = ranks.at(index) ?? null;
  if (own === null) return 'not ranked';
  const tied = ranks.flatMap((other, at) => (other === own && at !== index ? [letter(at)] : []));
  const extreme = own === 1 ? ' (best)' : own === ranks.length ? ' (worst)' : '';
  const words = `rank ${own} of ${ranks.length}${extreme}`;
  return tied.length === 0 ? words : `${words}, tied with ${tied.join(' and ')}`;
}

/** The order so far, best first: "B > A = D > C". */
export function summary({ ranks }: Decisions): string {
  const groups = [...new Set(ranks)]
    .filter((rank) => rank !== null)
    .sort((a, b) => a - b)
    .map((rank) => ranks.flatMap((own, index) => (own === rank ? [letter(index)] : [])));
  return groups.map((group) => group.join(' = ')).join(' > ');
}

function select(state: RankingState, index: number): Step {
  if (index < 0 || index >= state.now.ranks.length) return { state, said: '' };
  return { state: { ...state, now: { ...state.now, selected: index } }, said: '' };
}

function rank(state: RankingState, index: number, to: number | null, advance: boolean): Step {
  const { now } = state;
  const count = now.ranks.length;
  if (to !== null && (to < 1 || to > count)) {
    return { state, said: `There are ${count} ranks.` };
  }
  const ranks = now.ranks.with(index, to);
  const after = { ...now, ranks, selected: index, placed: to === null ? now.placed : index };
  const next = advance ? nextUnranked(after) : index;
  const words = `${letter(index)} ${rankInWords(after, index)}.`;
  if (now.ranks.at(index) === to) return select(state, next);
  return decided(state, { ...after, selected: next }, words);
}

/** The first completion without a rank after the selected one, going round; else the selected. */
function nextUnranked(decisions: Decisions): number {
  const open = unranked(decisions);
  return open.find((index) => index > decisions.selected) ?? open.at(0) ?? decisions.selected;
}

function decided(state: RankingState, now: Decisions, said: string): Step {
  return { state: { now, past: [...state.past, state.now], future: [] }, said };
}
