/** Choosing between two completions. */
import * as l10n from '@vscode/l10n';
import { strengths } from '../../src/protocol/rankingPanel.ts';
import type { Decided, Decisions } from './decisions.ts';

/** What can be said of a pair. */
export type PairChoice = 'left' | 'right' | 'tie' | 'bothBad';

/** Each choice as the ranks of the two, and in words. */
const choices = {
  left: { ranks: [1, 2], bothBad: false, said: l10n.t('Left is better') },
  right: { ranks: [2, 1], bothBad: false, said: l10n.t('Right is better') },
  tie: { ranks: [1, 1], bothBad: false, said: l10n.t('A tie') },
  bothBad: { ranks: [1, 1], bothBad: true, said: l10n.t('Both bad') },
} as const;

/** The choice that the decisions stand for; null is undecided. */
export function choiceOf({
  ranks,
  bothBad,
}: Pick<Decisions, 'ranks' | 'bothBad'>): PairChoice | null {
  const left = ranks.at(0) ?? null;
  const right = ranks.at(1) ?? null;
  if (left === null || right === null) return null;
  if (left === right) return bothBad ? 'bothBad' : 'tie';
  return left < right ? 'left' : 'right';
}

/** The choice in words, with its strength where one was given. */
export function choiceInWords(now: Pick<Decisions, 'ranks' | 'bothBad' | 'strength'>): string {
  const choice = choiceOf(now);
  if (choice === null) return '';
  const strength = now.strength === null ? undefined : strengths.at(now.strength - 1);
  if (strength === undefined) return choices[choice].said;
  const much = l10n.t(strength);
  return choice === 'left' ? l10n.t`Left is ${much}` : l10n.t`Right is ${much}`;
}

/** Chooses. The same side again is the next strength, and after the last none. */
export function prefer(now: Decisions, choice: PairChoice): Decided {
  const sided = choice === 'left' || choice === 'right';
  const again = sided && choiceOf(now) === choice;
  const next = ((now.strength ?? 0) + 1) % (strengths.length + 1);
  const { ranks, bothBad } = choices[choice];
  const after: Decisions = {
    ...now,
    ranks: again ? now.ranks : [...ranks],
    bothBad,
    strength: again && next > 0 ? next : null,
    selected: choice === 'right' ? 1 : 0,
  };
  return { now: after, said: `${choiceInWords(after)}.` };
}

/** Says how much better the preferred one is. */
export function strengthen(now: Decisions, strength: number): Decided {
  const choice = choiceOf(now);
  if (choice !== 'left' && choice !== 'right') {
    return { now: null, said: l10n.t('Choose the better one first.') };
  }
  if (strength < 1 || strength > strengths.length) return { now: null, said: '' };
  const after = { ...now, strength };
  return { now: after, said: `${choiceInWords(after)}.` };
}
