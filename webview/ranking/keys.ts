/** What each key does in the ranking panel. The legend on screen is made from the same table. */
import * as l10n from '@vscode/l10n';
import { mostCompletions, strengths, type LabelingMode } from '../../src/protocol/rankingPanel.ts';
import { flagNames } from '../../src/protocol/records.ts';
import { conditionQuestions, flagQuestions, type Condition } from '../../src/protocol/words.ts';
import { letter } from './decisions.ts';
import type { RankingAction } from './rankingState.ts';

/** What is on screen: rating one by one, ranking all, or choosing of two. */
export type Stage = 'rate' | 'rank' | 'pair';

/** What is on screen in a mode at a step. */
export function stageOf(mode: LabelingMode, step: 'rate' | 'rank'): Stage {
  if (mode === 'pairwise') return 'pair';
  return mode === 'rate-then-rank' ? step : 'rank';
}

/** What a key asks for: something in the task, or something beyond it. */
export type KeyCommand =
  | RankingAction
  | {
      readonly type:
        'save' | 'skip' | 'goBack' | 'legend' | 'raw' | 'differences' | 'note' | 'guideline';
    };

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

const common: readonly LegendRow[] = [
  { keys: ['N'], does: l10n.t('write a note') },
  { keys: ['W'], does: l10n.t('differences word by word') },
  { keys: ['R'], does: l10n.t('rendered or raw text') },
  { keys: ['L'], does: l10n.t('guidelines') },
  { keys: ['U'], does: l10n.t('undo, then back to the last saved task') },
  { keys: ['S'], does: l10n.t('skip with a reason') },
  { keys: ['?'], does: l10n.t('show or hide this list') },
];

/** The legend for a task of `count` completions, in the order in which the keys are learnt. */
export function legend(count: number, stage: Stage, twoSteps: boolean): LegendRow[] {
  const back = { keys: ['Esc'], does: l10n.t('back to the ratings') };
  return [...own[stage](count), ...(twoSteps && stage === 'rank' ? [back] : []), ...common];
}

const own: Readonly<Record<Stage, (count: number) => readonly LegendRow[]>> = {
  rate: () => [
    { keys: ['1', '…', '7'], does: l10n.t('overall quality') },
    { keys: [l10n.t('letter')], does: l10n.t('answer the question that shows it') },
    { keys: ['Enter'], does: l10n.t('next completion, then rank them') },
    { keys: ['↑', '↓'], does: l10n.t('the one before or after (also K and J)') },
    { keys: ['0'], does: l10n.t('take the rating away') },
  ],
  rank: (count) => [
    { keys: ['1', '…', String(count)], does: l10n.t('rank the selected completion, go on') },
    { keys: ['T'], does: l10n.t('tie with the one ranked last') },
    { keys: ['↑', '↓'], does: l10n.t('select (also K and J, or Tab)') },
    { keys: ['A', '…', letter(count - 1)], does: l10n.t('select by letter') },
    { keys: ['←', '→'], does: l10n.t('one rank better or worse') },
    { keys: ['0'], does: l10n.t('take the rank away') },
    { keys: ['Enter'], does: l10n.t('save, next task') },
  ],
  pair: () => [
    { keys: ['←', '→'], does: l10n.t('that side is better; again: by more') },
    { keys: ['1', '…', String(strengths.length)], does: l10n.t('by how much') },
    { keys: ['T'], does: l10n.t('tie') },
    { keys: ['B'], does: l10n.t('both bad') },
    { keys: ['Enter'], does: l10n.t('save, next task') },
  ],
};

const everywhere: Readonly<Record<string, KeyCommand>> = {
  Enter: { type: 'save' },
  s: { type: 'skip' },
  u: { type: 'undo' },
  n: { type: 'note' },
  w: { type: 'differences' },
  r: { type: 'raw' },
  l: { type: 'guideline' },
  '?': { type: 'legend' },
};

const moves: Readonly<Record<string, KeyCommand>> = {
  ArrowUp: { type: 'move', by: -1 },
  k: { type: 'move', by: -1 },
  ArrowDown: { type: 'move', by: 1 },
  j: { type: 'move', by: 1 },
};

const tables: Readonly<Record<Stage, ReadonlyMap<string, KeyCommand>>> = {
  rate: new Map([
    ...Object.entries({ ...everywhere, ...moves }),
    ...flagNames.map((flag): [string, KeyCommand] => [
      flagQuestions[flag].key,
      { type: 'flag', flag },
    ]),
    ...(Object.keys(conditionQuestions) as Condition[]) // the keys of a literal
      .map((condition): [string, KeyCommand] => [
        conditionQuestions[condition].key,
        { type: 'condition', condition },
      ]),
  ]),
  rank: new Map([
    ...Object.entries({ ...everywhere, ...moves }),
    ...Array.from({ length: mostCompletions }, (_, index): [string, KeyCommand] => [
      letter(index).toLowerCase(),
      { type: 'select', index },
    ]),
    ...Object.entries<KeyCommand>({
      ArrowLeft: { type: 'shift', by: -1 },
      ArrowRight: { type: 'shift', by: 1 },
      Delete: { type: 'rank', rank: null },
      Backspace: { type: 'rank', rank: null },
      Escape: { type: 'step', to: 'rate' },
      t: { type: 'tie' },
    }),
  ]),
  pair: new Map([
    ...Object.entries(everywhere),
    ['ArrowLeft', { type: 'prefer', choice: 'left' }],
    ['ArrowRight', { type: 'prefer', choice: 'right' }],
    ['t', { type: 'prefer', choice: 'tie' }],
    ['b', { type: 'prefer', choice: 'bothBad' }],
  ]),
};

const digits: Readonly<Record<Stage, (digit: number) => KeyCommand | undefined>> = {
  rate: (digit) => ({ type: 'rate', rating: digit === 0 ? null : digit }),
  rank: (digit) =>
    digit === 0 ? { type: 'rank', rank: null } : { type: 'rank', rank: digit, advance: true },
  pair: (digit) => (digit === 0 ? undefined : { type: 'strength', strength: digit }),
};

/** The command of a stroke; undefined when the key is not ours. */
export function commandFor(stroke: Stroke, stage: Stage): KeyCommand | undefined {
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
  if (digit !== undefined && key !== '?') return digits[stage](Number(digit));
  return tables[stage].get(key);
}
