/** How a project's runs stand, for language models and people who ask in the chat. */
import * as l10n from '@vscode/l10n';
import { percentDone, spokenDuration } from '../views/runNodes.ts';
import type { ShownRun } from '../views/shownRun.ts';
import { stageLabels } from '../views/stageLabels.ts';

/** One run as it is told. */
export interface RunStatusData {
  readonly id: string;
  readonly stage: string;
  readonly state: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly percent?: number;
  readonly secondsLeft?: number;
  /** The newest value of each metric, by its name. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly error?: string;
  /** The model folder that it made. */
  readonly model?: string;
}

/** Everything worth telling of a run; a folder that is no run says why in `error`. */
export function runStatusData({ id, spec, view, state, problem }: ShownRun): RunStatusData {
  const percent = percentDone(view);
  const error = problem ?? view.error;
  const newest = [...view.metrics].flatMap(([name, { values }]) => {
    const value = values.at(-1);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    id,
    stage: spec === undefined ? 'unknown' : stageLabels[spec.stage],
    state,
    step: view.step,
    totalSteps: view.totalSteps,
    ...(percent === undefined ? {} : { percent }),
    ...(state === 'running' && view.secondsLeft !== undefined
      ? { secondsLeft: view.secondsLeft }
      : {}),
    metrics: Object.fromEntries(newest),
    warnings: view.warnings.map(({ message }) => message),
    ...(error === undefined ? {} : { error: `${error.message} ${error.remedy}` }),
    ...(view.finished?.model === undefined ? {} : { model: view.finished.model }),
  };
}

/** The runs, one a line, as people read them. */
export function runsAsText(runs: readonly ShownRun[]): string {
  if (runs.length === 0) return l10n.t('There is no run yet.');
  return runs
    .map((run) => {
      const { stage, id, state, percent, secondsLeft, error } = runStatusData(run);
      const left = secondsLeft === undefined ? [] : [l10n.t`${spokenDuration(secondsLeft)} left`];
      const done = percent === undefined ? [] : [`${percent} %`];
      return [
        `${stage} ${id}: ${state}`,
        ...done,
        ...left,
        ...(error === undefined ? [] : [error]),
      ].join(', ');
    })
    .join('\n');
}
