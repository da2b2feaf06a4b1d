/** Judging one completion by itself: the first of the two steps. */
import { noJudgement, type Judgement } from '../../src/protocol/rankingPanel.ts';
import type { FlagName } from '../../src/protocol/records.ts';
import { conditionQuestions, flagQuestions, type Condition } from '../../src/protocol/words.ts';
import { letter, type Decided, type Decisions } from './decisions.ts';

/** Rates the overall quality from 1 to 7; null takes the rating away. */
export function rate(now: Decisions, index: number, overall: number | null): Decided {
  if (overall !== null && (overall < 1 || overall > 7)) {
    return { now: null, said: 'Ratings go from 1 to 7.' };
  }
  const words = overall === null ? 'not rated' : `rated ${overall} of 7`;
  return judge(now, index, { overall }, `${letter(index)} ${words}.`);
}

/** Answers a question about a completion; gives the other answer where none is named. */
export function answer(
  now: Decisions,
  index: number,
  flag: FlagName,
  value: boolean | undefined,
): Decided {
  const { condition, label } = flagQuestions[flag];
  if (condition !== null && !now.conditions[condition]) {
    return {
      now: null,
      said: `Not asked of this prompt. ${conditionQuestions[condition].label}: no.`,
    };
  }
  const { flags } = now.judgements.at(index) ?? noJudgement;
  const given = value ?? flags[flag] !== true;
  const words = `${letter(index)}: ${label}: ${given ? 'yes' : 'no'}.`;
  return judge(now, index, { flags: { ...flags, [flag]: given } }, words);
}

/** Keeps a note on a completion. */
export function note(now: Decisions, index: number, text: string): Decided {
  if ((now.judgements.at(index)?.note ?? '') === text) return { now: null, said: '' };
  return judge(now, index, { note: text }, `Note on ${letter(index)} kept.`);
}

/** Says of the prompt that it has a property, or has it not. */
export function setCondition(now: Decisions, condition: Condition): Decided {
  const value = !now.conditions[condition];
  const said = `${conditionQuestions[condition].label}: ${value ? 'yes' : 'no'}.`;
  return { now: { ...now, conditions: { ...now.conditions, [condition]: value } }, said };
}

function judge(now: Decisions, index: number, change: Partial<Judgement>, said: string): Decided {
  const judgement = { ...(now.judgements.at(index) ?? noJudgement), ...change };
  return {
    now: { ...now, judgements: now.judgements.with(index, judgement), selected: index },
    said,
  };
}
