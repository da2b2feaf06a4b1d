/** An evaluation as a few tests, one a suite and slice: what each says, and whether it passes. */
import * as l10n from '@vscode/l10n';
import {
  modelName,
  percent,
  sliceName,
  subjectOf,
  verdict,
  withInterval,
} from '../../data/index.ts';
import type { EvaluationReport, EvaluationSlice } from '../../protocol/evaluationReport.ts';

/** The suites, in the order in which they are listed. */
export const suites = {
  winRate: l10n.t('Held-out Prompts'),
  tax: l10n.t('Alignment Tax'),
  reward: l10n.t('Reward Model'),
} as const;
/** One of {@link suites}. */
export type SuiteName = keyof typeof suites;

/** One test and how it came out. */
export interface SliceResult {
  readonly suite: SuiteName;
  /** Unique in its suite, and the same from one evaluation to the next. */
  readonly slice: string;
  readonly label: string;
  /** Null where the evaluation says nothing of it. */
  readonly passed: boolean | null;
  /** In a sentence, with the numbers. */
  readonly said: string;
  /** What would pass, and what was found; for the editor's own difference view. */
  readonly expected: string;
  readonly actual: string;
}

/**
 * A slice of prompts fails where its model is preferred to its baseline less often than chance; a
 * public task where right choices have become fewer than chance explains; a reward model where its
 * report says "no".
 */
export function sliceResults(report: EvaluationReport): SliceResult[] {
  return [
    ...report.slices.map((slice) => winRateOf(report, slice)),
    ...taxOf(report),
    ...rewardOf(report),
  ];
}

function winRateOf(report: EvaluationReport, slice: EvaluationSlice): SliceResult {
  const subject = subjectOf(report, slice);
  const label = sliceName(slice.name);
  const fixed = { suite: 'winRate', slice: slice.name, label } as const;
  if (subject === null) {
    const said = l10n.t('Only one model was judged.');
    return { ...fixed, passed: null, said, expected: '', actual: '' };
  }
  const { model, baseline, preferred } = subject;
  const who = l10n.t`${modelName(model)} preferred to ${modelName(baseline)}`;
  return {
    ...fixed,
    passed: verdict(preferred) !== 'worse',
    said: l10n.t`${who} on ${withInterval(preferred)} of ${slice.prompts.toLocaleString('en')} prompts.`,
    expected: l10n.t`${who}: an interval that reaches 50.0 %`,
    actual: `${who}: ${withInterval(preferred)}`,
  };
}

function taxOf(report: EvaluationReport): SliceResult[] {
  const subject = subjectOf(report, report.slices[0]);
  if (subject === null || !Object.hasOwn(report.tax, 'base')) return [];
  if (!Object.hasOwn(report.tax, subject.model)) return [];
  const [before, after] = [report.tax['base'], report.tax[subject.model]];
  const tasks = Object.keys(before.tasks).filter((task) => Object.hasOwn(after.tasks, task));
  return tasks.map((task) => {
    const n = after.questions / Object.keys(after.tasks).length;
    const [then, now] = [before.tasks[task], after.tasks[task]];
    const half = 1.96 * Math.sqrt((then * (1 - then) + now * (1 - now)) / n);
    const name = modelName(subject.model);
    return {
      suite: 'tax',
      slice: task,
      label: task,
      passed: now >= then - half,
      said: l10n.t`${name} is right on ${percent(now)} of about ${n.toFixed(0)} questions, the base on ${percent(then)}; chance explains ± ${percent(half)}.`,
      expected: l10n.t`right on ${percent(Math.max(0, then - half))} or more`,
      actual: l10n.t`right on ${percent(now)}`,
    };
  });
}

function rewardOf({ rewardModel }: EvaluationReport): SliceResult[] {
  if (rewardModel === null) return [];
  const { verdict: judged, validation } = rewardModel;
  const accuracy =
    validation === null
      ? l10n.t('nothing is known of its accuracy')
      : l10n.t`it orders ${percent(validation.accuracy)} of ${validation.comparisons.toLocaleString('en')} held-out comparisons as people do, with a calibration error of ${percent(validation.calibrationError)}`;
  const findings = judged.reasons.map(({ finding }) => finding);
  return [
    {
      suite: 'reward',
      slice: 'calibration',
      label: l10n.t('Good Enough for PPO'),
      passed: judged.answer !== 'no',
      said: [l10n.t`The verdict is “${judged.answer}”: ${accuracy}.`, ...findings].join(' '),
      expected: l10n.t('yes or caution'),
      actual: [judged.answer, ...findings].join('\n'),
    },
  ];
}
