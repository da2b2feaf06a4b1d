/** What a draft of a ranking still lacks, and what it says: pure rules that panel and host share. */
import {
  closedDomainCategories,
  flagQuestions,
  type Condition,
  type FlagQuestion,
} from './words.ts';
import { flagNames, type Category, type FlagName, type Rating } from './records.ts';
import { noJudgement, type LabelingMode, type RankingDraft } from './rankingPanel.ts';

/** The draft with which a task of K completions begins. */
export function freshDraft(
  count: number,
  mode: LabelingMode,
  category: Category | undefined,
): RankingDraft {
  return {
    step: firstStep(mode),
    ranks: Array.from({ length: count }, () => null),
    judgements: Array.from({ length: count }, () => noJudgement),
    conditions: {
      closedDomain: category !== undefined && closedDomainCategories.has(category),
      constraint: false,
    },
    bothBad: false,
    strength: null,
    selected: 0,
    seconds: 0,
  };
}

/** The step that a mode begins with. */
export function firstStep(mode: LabelingMode): RankingDraft['step'] {
  return mode === 'rate-then-rank' ? 'rate' : 'rank';
}

/** The questions that apply to the completions of such a prompt, in the paper's order. */
export function askedFlags(conditions: RankingDraft['conditions']): FlagName[] {
  return flagNames.filter((name) => applies(flagQuestions[name], conditions));
}

/** Positions of completions that want a decision before the task can be saved. */
export interface Missing {
  /** Not rated from 1 to 7. */
  readonly ratings: readonly number[];
  /** The one question that has no answer by default: whether the constraint is satisfied. */
  readonly constraint: readonly number[];
  readonly ranks: readonly number[];
}

/** What a draft lacks; everything is empty when it can be saved. */
export function missingOf(
  draft: Pick<RankingDraft, 'ranks' | 'judgements' | 'conditions'>,
  mode: LabelingMode,
): Missing {
  const rated = mode === 'rate-then-rank';
  const where = (holds: (index: number) => boolean): number[] =>
    draft.ranks.flatMap((_, index) => (holds(index) ? [index] : []));
  return {
    ratings: where((at) => rated && (draft.judgements.at(at)?.overall ?? null) === null),
    constraint: where(
      (at) =>
        rated &&
        draft.conditions.constraint &&
        draft.judgements.at(at)?.flags.satisfiesConstraint === undefined,
    ),
    ranks: where((at) => (draft.ranks.at(at) ?? null) === null),
  };
}

/**
 * The ratings of a record, one a completion in the order shown; undefined where nothing was said.
 * In the two-step mode every flag is answered: a question that does not apply is null, and one
 * that applies and was not ticked is false, as the labeler saw it.
 */
export function ratingsOf(draft: RankingDraft, mode: LabelingMode): (Rating | undefined)[] {
  return draft.judgements.map(({ overall, flags, note }) => {
    const said = note.trim() === '' ? {} : { note };
    if (mode !== 'rate-then-rank' || overall === null) {
      return note.trim() === '' ? undefined : said;
    }
    const asked = new Set(askedFlags(draft.conditions));
    const answers = Object.fromEntries(
      flagNames.map((name) => [name, asked.has(name) ? (flags[name] ?? false) : null]),
    );
    return { overall, flags: answers, ...said };
  });
}

/** Whether nothing has been decided yet. */
export function isUntouched({ ranks, judgements }: RankingDraft): boolean {
  return (
    ranks.every((rank) => rank === null) &&
    judgements.every(
      ({ overall, flags, note }) =>
        overall === null && note === '' && Object.keys(flags).length === 0,
    )
  );
}

function applies({ condition }: FlagQuestion, conditions: Record<Condition, boolean>): boolean {
  return condition === null || conditions[condition];
}
