/** How a run reads in the Runs view and in the status bar. */
import * as l10n from '@vscode/l10n';
import type { RunState, Stage } from '../../protocol/run.ts';
import type { RunView } from '../../protocol/runFold.ts';
import { waitsForPeople, type RankedSoFar } from '../runs/waitingPipelines.ts';
import { peopleInWords, pipelineNodes } from './pipelineNodes.ts';
import type { ShownRun } from './shownRun.ts';
import { stageLabels } from './stageLabels.ts';
import { type IconName, type TreeNode } from './treeNode.ts';

interface KeyMetric {
  readonly name: string;
  readonly label: string;
  readonly format: (value: number) => string;
}

const fixed = (digits: number) => (value: number) => value.toFixed(digits);
/** A loss: three decimals, or powers of ten where those would be zeros. */
const loss = (value: number): string =>
  value !== 0 && Math.abs(value) < 0.01 ? value.toExponential(1) : value.toFixed(3);
const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;

/** The numbers worth a glance, the most telling first. */
const keyMetrics: Readonly<Record<Stage, readonly KeyMetric[]>> = {
  pretrain: [{ name: 'pretrain/loss', label: l10n.t('loss'), format: loss }],
  sft: [{ name: 'sft/loss', label: l10n.t('loss'), format: loss }],
  rm: [
    { name: 'rm/accuracy', label: l10n.t('accuracy'), format: percent },
    { name: 'rm/loss', label: l10n.t('loss'), format: loss },
  ],
  ppo: [
    { name: 'ppo/score', label: l10n.t('score'), format: fixed(2) },
    { name: 'ppo/kl', label: l10n.t('KL'), format: fixed(1) },
  ],
  dpo: [
    { name: 'dpo/accuracy', label: l10n.t('accuracy'), format: percent },
    { name: 'dpo/loss', label: l10n.t('loss'), format: loss },
  ],
  expert: [
    { name: 'expert/score', label: l10n.t('score'), format: fixed(2) },
    { name: 'expert/kl', label: l10n.t('KL'), format: fixed(1) },
  ],
  sample: [],
  rank: [],
  eval: [],
  pipeline: [],
};

interface StateLook {
  readonly label: string;
  readonly icon: IconName;
  readonly color?: string;
}

const looks: Readonly<Record<RunState, StateLook>> = {
  created: { label: l10n.t('not started'), icon: 'watch' },
  queued: { label: l10n.t('queued'), icon: 'watch' },
  running: { label: l10n.t('running'), icon: 'loading~spin' },
  paused: { label: l10n.t('paused'), icon: 'debug-pause', color: 'charts.yellow' },
  stopped: { label: l10n.t('stopped'), icon: 'circle-slash' },
  interrupted: { label: l10n.t('interrupted'), icon: 'warning', color: 'charts.yellow' },
  failed: { label: l10n.t('failed'), icon: 'error', color: 'charts.red' },
  finished: { label: l10n.t('finished'), icon: 'pass', color: 'charts.green' },
};

/** A run's state in a word. */
export function stateLabel(state: RunState): string {
  return looks[state].label;
}

/** The newest values of a run's key metrics: `loss 1.234`. */
export function keyFigures(view: RunView, stage: Stage): string[] {
  return keyMetrics[stage].flatMap(({ name, label, format }) => {
    const value = view.metrics.get(name)?.values.at(-1);
    return value === undefined ? [] : [`${label} ${format(value)}`];
  });
}

/** How much of a run is done, 0 to 100; undefined before it knows its length. */
export function percentDone(view: RunView): number | undefined {
  return view.totalSteps === 0
    ? undefined
    : Math.min(100, Math.floor((100 * view.step) / view.totalSteps));
}

/** A duration as people say it: `45 s`, `3 min`, `1 h 20 min`. */
export function spokenDuration(seconds: number): string {
  if (seconds < 90) return l10n.t`${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return l10n.t`${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? l10n.t`${hours} h` : l10n.t`${hours} h ${minutes % 60} min`;
}

/** A moment in the past: `just now`, `5 min ago`, or its date. */
export function ago(time: number, now: number): string {
  const seconds = (now - time) / 1000;
  if (seconds < 60) return l10n.t('just now');
  if (seconds < 86_400) return l10n.t`${spokenDuration(seconds)} ago`;
  return new Date(time).toISOString().slice(0, 10);
}

/** The rows of the Runs view, in the order given; a pipeline's plan stands below it. */
export function runNodes<R extends ShownRun>(
  runs: readonly R[],
  isLive: (run: R) => boolean,
  now: number,
  rankedSoFar: RankedSoFar = () => undefined,
  outdated: ReadonlyMap<string, string> = new Map(),
): TreeNode[] {
  const nodeOfRun = (run: R): TreeNode =>
    dated(runNode(run, isLive(run), now), outdated.get(run.id));
  const pipelines = runs.filter(({ spec }) => spec?.stage === 'pipeline');
  const rows: TreeNode[] = [];
  for (const run of runs) {
    if (pipelines.some((pipeline) => isPartOf(run, pipeline))) continue;
    const node = nodeOfRun(run);
    if (!pipelines.includes(run) || run.spec === undefined) {
      rows.push(node);
      continue;
    }
    const nodeOf = (id: string): TreeNode | undefined => {
      const part = runs.find((other) => other.id === id);
      return part === undefined ? undefined : nodeOfRun(part);
    };
    const plan = pipelineNodes(run, run.spec, nodeOf, rankedSoFar);
    const others = runs
      .filter((other) => isPartOf(other, run) && !plan.some(({ id }) => id === other.id))
      .map(nodeOfRun);
    const children = [...plan, ...others];
    const people = waitsForPeople(run) ? rankedSoFar(run.spec) : undefined;
    const description =
      people === undefined
        ? {}
        : { description: peopleInWords(people, run.spec), icon: 'account' as const };
    rows.push({ ...node, ...description, children, expanded: true });
  }
  return rows;
}

/** The row of a run whose result is out of date. */
function dated(node: TreeNode, why: string | undefined): TreeNode {
  if (why === undefined) return node;
  return {
    ...node,
    description: [l10n.t('out of date'), node.description].filter(Boolean).join(' · '),
    tooltip: `${node.tooltip ?? node.label}\n${l10n.t`Out of date: ${why}.`}`,
    color: 'charts.yellow',
  };
}

/** A pipeline names its runs after itself. */
function isPartOf(run: ShownRun, pipeline: ShownRun): boolean {
  return run.id.startsWith(`${pipeline.id}-`);
}

function runNode(run: ShownRun, live: boolean, now: number): TreeNode {
  const { spec, view, problem } = run;
  const target = { kind: 'run', runId: run.id } as const;
  const reported = run.state === 'finished' && spec?.stage === 'eval';
  const open = {
    command: reported ? 'instruct.openReport' : 'instruct.openRun',
    arguments: [run.id],
  };
  if (spec === undefined) {
    return {
      id: run.id,
      label: run.id,
      description: problem?.message ?? l10n.t('cannot be read'),
      tooltip: problem === undefined ? run.id : `${problem.message}\n${problem.remedy}`,
      icon: 'question',
      contextValue: 'run deletable',
      target,
    };
  }
  const starting = live && run.state === 'created';
  const look = starting ? { ...looks.running, label: l10n.t('starting') } : looks[run.state];
  const label = stageLabels[spec.stage];
  const details = runDetails(run, spec.stage, look.label, now);
  const words = ['run', ...flagsOf(run, live)];
  const error = view.error === undefined ? [] : [view.error.message, view.error.remedy];
  return {
    id: run.id,
    label,
    description: details.join(' · '),
    tooltip: [run.id, details.join(' · '), ...error].join('\n'),
    icon: look.icon,
    ...(look.color === undefined ? {} : { color: look.color }),
    contextValue: words.join(' '),
    command: open,
    spoken: [label, ...(run.state === 'running' ? [look.label] : []), ...details].join(', '),
    target,
  };
}

function runDetails(run: ShownRun, stage: Stage, state: string, now: number): string[] {
  const { view } = run;
  const details: string[] = [];
  if (run.state === 'finished') {
    details.push(...keyFigures(view, stage));
    if (view.updatedAt !== undefined) details.push(ago(view.updatedAt, now));
    return details;
  }
  const steps = view.totalSteps > 0 ? [`${view.step}/${view.totalSteps}`] : [];
  if (run.state === 'running') {
    // The spinner says that it runs.
    details.push(...steps);
    if (view.secondsLeft !== undefined)
      details.push(l10n.t`${spokenDuration(view.secondsLeft)} left`);
    details.push(...keyFigures(view, stage));
    if (view.message !== undefined && details.length < 2) details.push(view.message);
    return details.length === 0 ? [state] : details;
  }
  details.push(state);
  if (run.state === 'queued' && view.message !== undefined) return [...details, view.message];
  if (run.state === 'failed' && view.error !== undefined) details.push(view.error.message);
  return [...details, ...steps];
}

function flagsOf(run: ShownRun, live: boolean): string[] {
  const flags = ['logged'];
  if (live) flags.push('live');
  if (run.state === 'running') flags.push('running');
  if (run.state === 'paused' || (run.isResumable && !live)) flags.push('resumable');
  if (!live) flags.push('deletable');
  if (run.state === 'finished' && run.spec?.stage === 'eval') flags.push('reported');
  return flags;
}

/** The status bar's text, tooltip and spoken text for the run that is at work. */
export interface RunStatus {
  readonly text: string;
  readonly tooltip: string;
  readonly spoken: string;
  readonly runId: string;
}

/** What the status bar shows of the live runs, newest first; undefined when none is live. */
export function runStatus(live: readonly ShownRun[]): RunStatus | undefined {
  // A pipeline's stage says more than the pipeline.
  const atWork = live.filter(({ state }) => state !== 'queued');
  const run =
    atWork.find(({ spec }) => spec !== undefined && spec.stage !== 'pipeline') ??
    atWork.at(0) ??
    live.at(0);
  if (run?.spec === undefined) return undefined;
  const label = stageLabels[run.spec.stage];
  const done = percentDone(run.view);
  const progress = done === undefined ? label : `${label} ${done}%`;
  const figures = keyFigures(run.view, run.spec.stage);
  const paused = run.state === 'paused';
  const waiting = run.state === 'queued' ? looks.queued.label : l10n.t('starting');
  const state = paused ? [looks.paused.label] : done === undefined ? [waiting] : [];
  const parts = [progress, ...state, ...figures];
  const left = run.view.secondsLeft;
  const time = left === undefined ? [] : [l10n.t`${spokenDuration(left)} left`];
  return {
    text: `${paused ? '$(debug-pause)' : '$(sync~spin)'} ${parts.join(' · ')}`,
    tooltip: [run.id, [...parts, ...time].join(' · '), l10n.t('Click to open the run.')].join('\n'),
    spoken: [...parts, ...time].join(', '),
    runId: run.id,
  };
}
