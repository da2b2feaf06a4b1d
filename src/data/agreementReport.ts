/** How labelers agree: per pair, per labeler and over time, raw and corrected for chance. */
import { agreement } from './agreement.ts';
import type { Agreement, PairAgreement, RankedTask } from './agreement.ts';
import { krippendorffAlpha } from './krippendorff.ts';

/** A ranking and when it was given. */
export interface DatedTask extends RankedTask {
  /** ISO 8601; rankings without a time are in no period. */
  readonly created?: string | undefined;
}

/** Raw agreement, and Krippendorff's alpha of the same judgements. */
export interface ChanceCorrected extends Agreement {
  /** See {@link comparisonAlpha}. */
  readonly alpha: number | null;
}

/** Agreement of one labeler with all others. */
export interface LabelerAgreement extends ChanceCorrected {
  readonly labeler: string;
}

/** Agreement on rankings given in one period. */
export interface PeriodAgreement extends ChanceCorrected {
  /** The UTC day or month, such as `2026-11-21` or `2026-11`. */
  readonly period: string;
}

/** Everything that is said of agreement. */
export interface AgreementReport {
  readonly overall: ChanceCorrected;
  readonly pairs: readonly (PairAgreement & ChanceCorrected)[];
  /** By labeler's name. */
  readonly labelers: readonly LabelerAgreement[];
  /** By period: a ranking counts in the period of the later of the two that are compared. */
  readonly periods: readonly PeriodAgreement[];
}

/**
 * The report over all rankings. In periods a ranking is compared with all that were there before
 * it, so that a labeler who drifts shows when it happens and not in what is already done.
 */
export function agreementReport(
  tasks: Iterable<DatedTask>,
  period: 'day' | 'month' = 'day',
): AgreementReport {
  const all = latestTasks(tasks);
  const { overall, pairs } = agreement(all);
  const among = (names: readonly string[]): DatedTask[] =>
    all.filter(({ labeler }) => names.includes(labeler));
  const names = [...new Set(pairs.flatMap(({ labelers }) => labelers))].sort();
  return {
    overall: { ...overall, alpha: comparisonAlpha(all) },
    pairs: pairs.map((pair) => ({ ...pair, alpha: comparisonAlpha(among(pair.labelers)) })),
    labelers: names.map((labeler) => {
      const mine = pairsWith(labeler, all);
      return { labeler, ...total(mine), alpha: comparisonAlpha(sharedWith(labeler, all)) };
    }),
    periods: byPeriod(all, period === 'day' ? 10 : 7),
  };
}

/**
 * Krippendorff's alpha (nominal) of comparisons: an item is two completions of a prompt, its
 * values "first", "second" and "tie". Which of the two is called the first means nothing, so each
 * item is counted both ways round, and the result does not depend on it. Of two rankings of one
 * prompt by one labeler the last counts.
 */
export function comparisonAlpha(tasks: Iterable<RankedTask>): number | null {
  const judgements = new Map<string, number[]>();
  for (const task of latestTasks(tasks)) {
    const rankOf = task.ranking.flatMap((group, rank) => group.map((id) => ({ id, rank })));
    for (const [index, a] of rankOf.entries()) {
      for (const b of rankOf.slice(index + 1)) {
        const forward = a.id < b.id;
        const key = JSON.stringify([task.promptId, ...(forward ? [a.id, b.id] : [b.id, a.id])]);
        const value = Math.sign(a.rank - b.rank) * (forward ? 1 : -1);
        const values = judgements.get(key);
        if (values === undefined) judgements.set(key, [value]);
        else values.push(value);
      }
    }
  }
  const items = [...judgements.values()].filter((values) => values.length > 1);
  const reversed = items.map((values) => values.map((value) => (value === 0 ? 0 : -value)));
  return krippendorffAlpha([...items, ...reversed], 'nominal');
}

/** Each labeler's last ranking of each prompt, without skipped ones. */
function latestTasks<T extends RankedTask>(tasks: Iterable<T>): T[] {
  const latest = new Map<string, T>();
  for (const task of tasks) {
    if (task.skipped !== undefined) continue;
    const key = JSON.stringify([task.promptId, task.labeler]);
    latest.delete(key); // keeps the order in which the standing rankings were given
    latest.set(key, task);
  }
  return [...latest.values()];
}

/** The judgements of a labeler against all others taken together: the others as one name a task. */
function pairsWith(labeler: string, tasks: readonly DatedTask[]): PairAgreement[] {
  return agreement(sharedWith(labeler, tasks)).pairs.filter(({ labelers }) =>
    labelers.includes(labeler),
  );
}

function sharedWith(labeler: string, tasks: readonly DatedTask[]): DatedTask[] {
  const mine = new Set(
    tasks.filter((task) => task.labeler === labeler).map(({ promptId }) => promptId),
  );
  return tasks.filter(({ promptId }) => mine.has(promptId));
}

function total(parts: readonly Agreement[]): Agreement {
  const sum = (key: 'compared' | 'agreed' | 'tied'): number =>
    parts.reduce((all, part) => all + part[key], 0);
  const [compared, agreed, tied] = [sum('compared'), sum('agreed'), sum('tied')];
  if (compared === 0) return { compared, agreed, tied, rate: null, halfWidth95: null };
  const rate = agreed / compared;
  const halfWidth95 = 1.96 * Math.sqrt((rate * (1 - rate)) / compared);
  return { compared, agreed, tied, rate, halfWidth95 };
}

function byPeriod(tasks: readonly DatedTask[], length: number): PeriodAgreement[] {
  const dated = tasks
    .flatMap((task) => (task.created === undefined ? [] : [{ task, at: new Date(task.created) }]))
    .map(({ task, at }) => ({ task, time: at.toISOString() }))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const earlier = new Map<string, DatedTask[]>();
  const parts = new Map<string, { rates: Agreement[]; compared: DatedTask[] }>();
  for (const { task, time } of dated) {
    const others = earlier.get(task.promptId) ?? [];
    earlier.set(task.promptId, [...others, task]);
    if (others.length === 0) continue;
    const period = time.slice(0, length);
    const part = parts.get(period) ?? { rates: [], compared: [] };
    parts.set(period, part);
    for (const other of others) part.rates.push(agreement([other, task]).overall);
    part.compared.push(task, ...others.filter((other) => !part.compared.includes(other)));
  }
  return [...parts].map(([period, { rates, compared }]) => ({
    period,
    ...total(rates),
    alpha: comparisonAlpha(compared),
  }));
}
