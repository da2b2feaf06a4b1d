/** What the status line and the live region say of a task. */
import * as l10n from '@vscode/l10n';
import { missingOf } from '../../src/protocol/rankingDraft.ts';
import { letters, summary, type Decisions } from './decisions.ts';
import { choiceInWords } from './pairActions.ts';
import type { TaskData } from './taskView.ts';

/** What was decided, in a few words: "B > A = C", or "Left is clearly better". */
export function decidedInWords(now: Decisions, { mode }: Pick<TaskData, 'mode'>): string {
  return mode === 'pairwise' ? choiceInWords(now) : summary(now);
}

/** The status line: how far the task is, or `idle` while nothing is decided. */
export function statusOf(
  now: Decisions,
  task: Pick<TaskData, 'mode' | 'revising'>,
  idle: string,
): string {
  const missing = missingOf(now, task.mode);
  const count = now.ranks.length;
  if (task.mode === 'rate-then-rank' && now.step === 'rate') {
    const rated = count - missing.ratings.length;
    return rated === 0 ? idle : l10n.t`${rated} of ${count} rated`;
  }
  const order = decidedInWords(now, task);
  if (order === '') return idle;
  const left = missing.ranks.length;
  if (left > 0) return [order, l10n.t`${left} to go`].join(' · ');
  return `${order} · ${task.revising ? l10n.t('saved before, saving replaces it') : l10n.t('not saved yet')}`;
}

/** What keeps a task from being saved: the completion to go to, and what is wanted of it. */
export interface Obstacle {
  readonly step: 'rate' | 'rank';
  readonly about: 'rating' | 'constraint' | 'rank';
  readonly index: number;
  readonly words: string;
}

/** The first obstacle; undefined when the task can be saved. */
export function obstacleOf(now: Decisions, mode: TaskData['mode']): Obstacle | undefined {
  const { ratings, constraint, ranks } = missingOf(now, mode);
  const found = [
    {
      at: ratings,
      step: 'rate' as const,
      about: 'rating' as const,
      words: l10n.t`Rate ${letters(ratings)} first, or skip the task.`,
    },
    {
      at: constraint,
      step: 'rate' as const,
      about: 'constraint' as const,
      words: l10n.t`Say first whether ${letters(constraint)} satisfies the constraint, or skip the task.`,
    },
    {
      at: ranks,
      step: 'rank' as const,
      about: 'rank' as const,
      words:
        mode === 'pairwise'
          ? l10n.t('Choose first, or skip the task.')
          : l10n.t`Give ${letters(ranks)} a rank first, or skip the task.`,
    },
  ].find(({ at }) => at.length > 0);
  const index = found?.at.at(0);
  if (found === undefined || index === undefined) return undefined;
  return {
    step: found.step,
    about: found.about,
    index,
    words: found.words,
  };
}
