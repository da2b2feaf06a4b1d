/** A pipeline's plan below its row: what is done, what is at work, what is to come, in order. */
import * as l10n from '@vscode/l10n';
import type { SampledRanked } from '../../data/index.ts';
import {
  pipelineSteps,
  stageOfStep,
  stepRunId,
  type PipelineStep,
} from '../../protocol/pipelineSteps.ts';
import type { RunSpec } from '../../protocol/run.ts';
import { rankingsNeeded, waitsForPeople, type RankedSoFar } from '../runs/waitingPipelines.ts';
import type { ShownRun } from './shownRun.ts';
import { stageLabels } from './stageLabels.ts';
import type { TreeNode } from './treeNode.ts';

/** How far the labelers of a waiting pipeline are, and whether it can go on. */
export function peopleInWords(sofar: SampledRanked, spec: RunSpec): string {
  const { ranked, needed } = rankingsNeeded(sofar, spec);
  return ranked >= needed
    ? l10n.t`${ranked} ranked: resume to go on`
    : l10n.t`waits for people: ${ranked} of ${needed} ranked`;
}

/** The rows; `nodeOf` makes that of a step's run, undefined where it has not begun. */
export function pipelineNodes(
  pipeline: ShownRun,
  spec: RunSpec,
  nodeOf: (runId: string) => TreeNode | undefined,
  rankedSoFar: RankedSoFar,
): TreeNode[] {
  return pipelineSteps(spec).map((step) => {
    const id = stepRunId(pipeline, step);
    return nodeOf(id) ?? stepNode(pipeline, spec, step, rankedSoFar);
  });
}

function stepNode(
  pipeline: ShownRun,
  spec: RunSpec,
  step: PipelineStep,
  rankedSoFar: RankedSoFar,
): TreeNode {
  const id = stepRunId(pipeline, step);
  const done = pipelineSteps(spec).indexOf(step) < pipeline.view.step;
  if (step === 'rank' && spec.hyperparameters['rankings'] === 'human') {
    const sofar = waitsForPeople(pipeline) ? rankedSoFar(spec) : undefined;
    return {
      id,
      label: l10n.t('Ranking by People'),
      description: done
        ? l10n.t('done')
        : sofar === undefined
          ? l10n.t('to come')
          : peopleInWords(sofar, spec),
      icon: done ? 'pass' : 'account',
      ...(done ? { color: 'charts.green' } : {}),
      command: { command: 'instruct.rankCompletions', arguments: [] },
    };
  }
  const label = step === 'ppo-ptx' ? 'PPO-ptx' : stageLabels[stageOfStep(step)];
  return {
    id,
    label,
    description: done ? l10n.t('deleted') : l10n.t('to come'),
    icon: 'circle-outline',
  };
}
