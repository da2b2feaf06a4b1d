/** Judging one completion by itself: the first of the two steps. */
import * as l10n from '@vscode/l10n';
import { noJudgement, type Judgement } from '../../src/protocol/rankingPanel.ts';
import type { FlagName } from '../../src/protocol/records.ts';
import { conditionQuestions, flagQuestions, type Condition } from '../../src/protocol/words.ts';
import { letter, type Decided, type Decisions } from './decisions.ts';

/** Rates the overall quality from 1 to 7; null takes the rating away. */
export function rate(now: Decisions, index: number, overall: number | null): Decided {
  if (overall !== null && (overall < 1 || overall > 7)) {
    return { now: null, said: l10n.t('Ratings go from 1 to 7.') };
  }
  const words = overall === null ? l10n.t('not rated') : l10n.t`rated ${overall} of 7`;
  return judge(now, index, { overall }, `${letter(index)} ${words}.`);
}

/** Answers a question about a completion; gives the other answer where none is named. */
export function answer(
  now: Decisions,
  index: number,
  flag: FlagName,
  value: boolean | undefined,
): Decided {
  const question = flagQuestions[flag];
  const { condition } = question;
  if (condition !== null && !now.conditions[condition]) {
    return {
      now: null,
      said: [
        l10n.t('Not asked of this prompt.'),
        answered(conditionQuestions[condition], false),
      ].join(' '),
    };
  }
  const { flags } = now.judgements.at(index) ?? noJudgement;
  const given = value ?? flags[flag] !== true;
  const words = `${letter(index)}: ${answered(question, given)}`;
  return judge(now, index, { flags: { ...flags, [flag]: given } }, words);
}

/** Keeps a note on a completion. */
export function note(now: Decisions, index: number, text: string): Decided {
  if ((now.judgements.at(index)?.note ?? '') === text) return { now: null, said: '' };
  return judge(now, index, { note: text }, l10n.t`Note on ${letter(index)} kept.`);
}

/** Says of the prompt that it has a property, or has it not. */
export function setCondition(now: Decisions, condition: Condition): Decided {
  const value = !now.conditions[condition];
  const said = answered(conditionQuestions[condition], value);
  return { now: { ...now, conditions: { ...now.conditions, [condition]: value } }, said };
}

function answered({ label }: { readonly label: string }, yes: boolean): string {
  return yes ? l10n.t`${l10n.t(label)}: yes.` : l10n.t`${l10n.t(label)}: no.`;
}

function judge(now: Decisions, index: number, change: Partial<Judgement>, said: string): Decided {
  const judgement = { ...(now.judgements.at(index) ?? noJudgement), ...change };
  return {
    now: { ...now, judgements: now.judgements.with(index, judgement), selected: index },
    said,
  };
}
