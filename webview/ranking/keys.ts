/** What each key does in the ranking panel. The legend on screen is made from the same table. */
import { mostCompletions } from '../../src/protocol/panels.ts';
import type { RankingAction } from './rankingState.ts';

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

/** The legend: keys and what they do, in the order in which they are learnt. */
export const legend: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['1', '…', '9'], does: 'put the selected completion on that rank and go on' },
  { keys: ['T'], does: 'tie it with the one ranked last' },
  { keys: ['↑', '↓'], does: 'select (also K and J, or Tab)' },
  { keys: ['A', '…', 'I'], does: 'select by letter' },
  { keys: ['←', '→'], does: 'one rank better, one rank worse' },
  { keys: ['0'], does: 'take its rank away (also Delete)' },
  { keys: ['Enter'], does: 'save and bring the next task' },
  { keys: ['U'], does: 'undo; with nothing to undo, back to the last saved task (also Ctrl+Z)' },
  { keys: ['S'], does: 'skip with a reason' },
  { keys: ['Shift', '1', '…', '7'], does: 'overall rating, where ratings are asked for' },
  { keys: ['?'], does: 'show or hide this list' },
];

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
