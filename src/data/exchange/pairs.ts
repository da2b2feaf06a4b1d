/** Rankings as pairs of a chosen and a rejected completion, and back. */
import { misfit } from './format.ts';
import { taskOf } from './task.ts';
import type { ExchangeCompletion, ExchangePrompt, ExchangeRanking, ExchangeTask } from './task.ts';
import type { Trait } from './traits.ts';

/** One preference of one labeler. */
export interface Pair {
  readonly chosen: ExchangeCompletion;
  readonly rejected: ExchangeCompletion;
  readonly ranking: ExchangeRanking;
}

/** All pairs of a task's rankings, ties left out (paper, appendix C.2). */
export function pairsOf(task: ExchangeTask): Pair[] {
  return task.rankings.flatMap((ranking) =>
    ranking.groups.flatMap((better, rank) =>
      better.flatMap((chosen) =>
        ranking.groups
          .slice(rank + 1)
          .flat()
          .map((rejected) => ({
            chosen: task.completions[chosen],
            rejected: task.completions[rejected],
            ranking,
          })),
      ),
    ),
  );
}

/** What every format of pairs holds. */
export const pairTraits: readonly Trait[] = ['rankings'];

/** A task of one pair. The better one comes first in the list and in nothing else. */
export function pairTask(
  content: ExchangePrompt['content'],
  chosen: ExchangeCompletion,
  rejected: ExchangeCompletion,
  more: Omit<ExchangeRanking, 'groups'> & {
    readonly prompt?: Omit<ExchangePrompt, 'content'>;
  } = {},
): ExchangeTask {
  if (chosen.text === rejected.text) {
    throw misfit('chosen', 'expected another text than "rejected", got the same');
  }
  const { prompt = {}, ...ranking } = more;
  return taskOf(content, {
    ...prompt,
    completions: [chosen, rejected],
    rankings: [{ groups: [[0], [1]], ...ranking }],
  });
}
