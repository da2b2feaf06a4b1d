/**
 * Labeling one task, as a pure state machine: completions by position in the order shown, ranks
 * from 1 (best), equal ranks are ties. Every decision can be undone.
 */
import * as l10n from '@vscode/l10n';
import type { RankingDraft } from '../../src/protocol/rankingPanel.ts';
import type { FlagName } from '../../src/protocol/records.ts';
import type { Condition } from '../../src/protocol/words.ts';
import { summary, type Decided, type Decisions } from './decisions.ts';
import { prefer, strengthen, type PairChoice } from './pairActions.ts';
import { rank, shift, tie } from './rankActions.ts';
import { answer, note, rate, setCondition } from './rateActions.ts';

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
  /** One rank, or in the first step one point, to the left (-1) or to the right (1). */
  | { readonly type: 'shift'; readonly by: 1 | -1 }
  /** The rank of the completion that was ranked last; selects the next one without a rank. */
  | { readonly type: 'tie' }
  | { readonly type: 'rate'; readonly rating: number | null; readonly index?: number }
  /** Answers a question; the other answer than now where `value` is absent. */
  | {
      readonly type: 'flag';
      readonly flag: FlagName;
      readonly value?: boolean;
      readonly index?: number;
    }
  | { readonly type: 'note'; readonly note: string; readonly index: number }
  | { readonly type: 'condition'; readonly condition: Condition }
  /** Goes to one of the two steps. */
  | { readonly type: 'step'; readonly to: 'rate' | 'rank' }
  | { readonly type: 'prefer'; readonly choice: PairChoice }
  | { readonly type: 'strength'; readonly strength: number }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' };

/** The state after an action and, for screen readers, what happened; empty when nothing did. */
export interface Step {
  readonly state: RankingState;
  readonly said: string;
}

/** The state in which a task is taken up. */
export function takeUp(draft: RankingDraft): RankingState {
  const { step, ranks, judgements, conditions, bothBad, strength } = draft;
  const selected = Math.min(draft.selected, Math.max(0, ranks.length - 1));
  const now = { step, ranks, judgements, conditions, bothBad, strength, selected, placed: null };
  return { now, past: [], future: [] };
}

/** The draft that keeps the decisions, and the time spent on them so far. */
export function draftOf(now: Decisions, seconds: number): RankingDraft {
  const { step, ranks, judgements, conditions, bothBad, strength, selected } = now;
  return { step, ranks, judgements, conditions, bothBad, strength, selected, seconds };
}

/** Does one action. */
export function act(state: RankingState, action: RankingAction): Step {
  const { now } = state;
  switch (action.type) {
    case 'select':
      return select(state, action.index);
    case 'move':
      return select(state, Math.min(now.ranks.length - 1, Math.max(0, now.selected + action.by)));
    case 'rank':
      return decide(
        state,
        rank(now, action.index ?? now.selected, action.rank, action.advance === true),
      );
    case 'shift':
      return decide(state, shift(now, action.by));
    case 'tie':
      return decide(state, tie(now));
    case 'rate':
      return decide(state, rate(now, action.index ?? now.selected, action.rating));
    case 'flag':
      return decide(state, answer(now, action.index ?? now.selected, action.flag, action.value));
    case 'note':
      return decide(state, note(now, action.index, action.note));
    case 'condition':
      return decide(state, setCondition(now, action.condition));
    case 'step':
      return now.step === action.to
        ? { state, said: '' }
        : decide(state, { now: { ...now, step: action.to, selected: 0 }, said: '' });
    case 'prefer':
      return decide(state, prefer(now, action.choice));
    case 'strength':
      return decide(state, strengthen(now, action.strength));
    case 'undo': {
      const before = state.past.at(-1);
      if (before === undefined) return { state, said: '' };
      return {
        state: { now: before, past: state.past.slice(0, -1), future: [now, ...state.future] },
        said: l10n.t`Undone. ${summary(before)}`,
      };
    }
    case 'redo': {
      const after = state.future.at(0);
      if (after === undefined) return { state, said: '' };
      return {
        state: { now: after, past: [...state.past, now], future: state.future.slice(1) },
        said: l10n.t`Redone. ${summary(after)}`,
      };
    }
  }
}

function select(state: RankingState, index: number): Step {
  if (index < 0 || index >= state.now.ranks.length) return { state, said: '' };
  return { state: { ...state, now: { ...state.now, selected: index } }, said: '' };
}

/** Where only the selection is another one, there is nothing to undo. */
function decide(state: RankingState, { now, said }: Decided): Step {
  if (now === null) return { state, said };
  const { selected } = now;
  const before = { ...state.now, selected, placed: now.placed };
  const same = (Object.keys(now) as (keyof Decisions)[]).every((key) => now[key] === before[key]);
  if (same) return { state: { ...state, now }, said };
  return { state: { now, past: [...state.past, state.now], future: [] }, said };
}
