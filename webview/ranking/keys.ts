/** What each key does in the ranking panel. The legend on screen is made from the same table. */
import { mostCompletions } from '../../src/protocol/panels.ts';
import { letter, type RankingAction } from './rankingState.ts';

/** What a key asks for: something in the task, or something beyond it. */
export type KeyCommand = RankingAction | { readonly type: 'save' | 'skip' | 'goBack' | 'legend' };

/** The part of a keyboard event that decides. `code` is the physical key. */
export interface Stroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Keys and what they do. */
export interface LegendRow {
  readonly keys: readonly string[];
  readonly does: string;
}

/** The legend for a task of `count` completions, in the order in which the keys are learnt. */
export function legend(count: number, askRatings: boolean): LegendRow[] {
  return [
    { keys: ['1', '…', String(count)], does: 'rank the selected completion, go on' },
    { keys: ['T'], does: 'tie with the one ranked last' },
    { keys: ['↑', '↓'], does: 'select (also K and J, or Tab)' },
    { keys: ['A', '…', letter(count - 1)], does: 'select by letter' },
    { keys: ['←', '→'], does: 'one rank better or worse' },
    { keys: ['0'], does: 'take the rank away' },
    { keys: ['Enter'], does: 'save, next task' },
    { keys: ['U'], does: 'undo, then back to the last saved task' },
    { keys: ['S'], does: 'skip with a reason' },
    ...(askRatings ? [{ keys: ['Shift', '1', '…', '7'], does: 'overall rating' }] : []),
    { keys: ['?'], does: 'show or hide this list' },
  ];
}

const fixed: Readonly<Record<string, KeyCommand>> = {
  ArrowUp: { type: 'move', by: -1 },
  k: { type: 'move', by: -1 },
  ArrowDown: { type: 'move', by: 1 },
  j: { type: 'move', by: 1 },
  ArrowLeft: { type: 'shift', by: -1 },
  ArrowRight: { type: 'shift', by: 1 },
  Delete: { type: 'rank', rank: null },
  Backspace: { type: 'rank', rank: null },
  t: { type: 'tie' },
  s: { type: 'skip' },
  u: { type: 'undo' },
  Enter: { type: 'save' },
  '?': { type: 'legend' },
};

/** The command of a stroke; undefined when the key is not ours. */
export function commandFor(stroke: Stroke): KeyCommand | undefined {
  const { code, ctrlKey, metaKey, altKey, shiftKey } = stroke;
  const key = stroke.key.length === 1 ? stroke.key.toLowerCase() : stroke.key;
  if (ctrlKey || metaKey) {
    if (altKey) return undefined;
    if (key === 'z') return { type: shiftKey ? 'redo' : 'undo' };
    return key === 'y' ? { type: 'redo' } : undefined;
  }
  if (altKey) return undefined;
  // The place of a digit key counts, not its text: on some keyboards digits need Shift.
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1] ?? /^[0-9]$/.exec(key)?.[0];
  if (digit !== undefined) {
    const number = Number(digit);
    if (shiftKey) return number >= 1 && number <= 7 ? { type: 'rate', rating: number } : undefined;
    return number === 0
      ? { type: 'rank', rank: null }
      : { type: 'rank', rank: number, advance: true };
  }
  const index = key.length === 1 ? key.charCodeAt(0) - 97 : -1;
  if (index >= 0 && index < mostCompletions) return { type: 'select', index };
  return Object.hasOwn(fixed, key) ? fixed[key] : undefined;
}
