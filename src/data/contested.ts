/** Prompts on which labelers disagree, for somebody to settle, and which rankings then stand. */
import { setImmediate as turn } from 'node:timers/promises';
import { agreement } from './agreement.ts';
import type { RankedTask } from './agreement.ts';

/** A ranking that may settle others. */
export interface SettlingTask extends RankedTask {
  readonly id: string;
  /** Ids of the rankings that it settles. */
  readonly adjudicates?: readonly string[] | undefined;
}

/** A prompt whose rankings contradict each other. */
export interface ContestedPrompt<T extends SettlingTask> {
  readonly promptId: string;
  /** The rankings to settle, each labeler's last. */
  readonly rankings: readonly T[];
  /** Pairs of judgements that prefer different completions, of all pairs with two preferences. */
  readonly disagreed: number;
  readonly compared: number;
  /** Why this one, in a sentence for whoever settles it. */
  readonly reason: string;
}

const promptsPerTurn = 500;

/**
 * The prompts that two or more labelers ranked differently and that nobody has settled since, the
 * highest share of contradicting comparisons first. Ties contradict nothing. Lets the event loop go
 * often.
 */
export async function contestedPrompts<T extends SettlingTask>(
  rankings: Iterable<T>,
): Promise<ContestedPrompt<T>[]> {
  const byPrompt = Map.groupBy(standingRankings(rankings), ({ promptId }) => promptId);
  const contested: ContestedPrompt<T>[] = [];
  let seen = 0;
  for (const [promptId, tasks] of byPrompt) {
    if (++seen % promptsPerTurn === 0) await turn();
    const last = [...new Map(tasks.map((task) => [task.labeler, task])).values()];
    if (last.length < 2) continue;
    const { compared, agreed } = agreement(last).overall;
    const disagreed = compared - agreed;
    if (disagreed === 0) continue;
    const names = last.map(({ labeler }) => labeler).sort();
    const share = `${disagreed} of ${compared} comparisons`;
    const reason = `${names.join(', ')} disagree on ${share}.`;
    contested.push({ promptId, rankings: last, disagreed, compared, reason });
  }
  return contested.sort(
    (a, b) =>
      b.disagreed / b.compared - a.disagreed / a.compared ||
      b.compared - a.compared ||
      (a.promptId < b.promptId ? -1 : 1),
  );
}

/**
 * The rankings that count: those that another one settles are left out, and so are skipped tasks
 * and those of the named labelers (held-out labelers do not train).
 */
export function standingRankings<T extends SettlingTask>(
  rankings: Iterable<T>,
  without: readonly string[] = [],
): T[] {
  const all = [...rankings].filter(
    ({ skipped, labeler }) => skipped === undefined && !without.includes(labeler),
  );
  const settled = new Set(all.flatMap(({ adjudicates }) => adjudicates ?? []));
  return all.filter(({ id }) => !settled.has(id));
}
