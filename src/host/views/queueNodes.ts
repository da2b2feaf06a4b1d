/** The rows of the Labeling Queue: what is next for this labeler, what is left, who did what. */
import * as l10n from '@vscode/l10n';
import {
  upcomingDemonstrations,
  upcomingTasks,
  type Dataset,
  type DemonstrationTask,
  type RankingQueueOptions,
  type Upcoming,
} from '../../data/index.ts';
import { categoryLabel } from './datasetNodes.ts';
import { counted } from '../counted.ts';
import { oneLine, type TreeNode } from './treeNode.ts';

const shownTasks = 3;

/**
 * What is next for a labeler, and who has labeled how much. Empty when nothing is to be done. Lets
 * the event loop go often.
 */
export async function queueNodes(
  dataset: Dataset,
  labeler: string,
  options: RankingQueueOptions,
): Promise<TreeNode[]> {
  const ranking = await upcomingTasks(dataset, labeler, options, shownTasks);
  const writing = await upcomingDemonstrations(dataset, labeler, options, shownTasks);
  const done = labelerNodes(dataset, labeler);
  if (ranking.remaining + writing.remaining + done.length === 0) return [];
  return [
    {
      id: 'rank',
      label: l10n.t('To Rank'),
      description:
        ranking.remaining === 0
          ? ranking.empty
          : l10n.t`${ranking.remaining.toLocaleString('en')} left`,
      icon: 'list-ordered',
      spoken: l10n.t`${counted(ranking.remaining, 'prompt')} to rank`,
      expanded: true,
      ...(ranking.remaining === 0
        ? {}
        : { children: taskNodes(ranking, 'rankingTask', 'instruct.rankCompletions') }),
    },
    {
      id: 'demonstrate',
      label: l10n.t('To Demonstrate'),
      description:
        writing.remaining === 0
          ? writing.empty
          : l10n.t`${writing.remaining.toLocaleString('en')} left`,
      icon: 'edit',
      spoken: l10n.t`${counted(writing.remaining, 'prompt')} to demonstrate`,
      ...(writing.remaining === 0
        ? {}
        : { children: taskNodes(writing, 'demonstrationTask', 'instruct.writeDemonstration') }),
    },
    ...(done.length === 0
      ? []
      : [
          {
            id: 'labelers',
            label: l10n.t('Labelers'),
            icon: 'account' as const,
            children: done,
            description: `${done.length}`,
          },
        ]),
  ];
}

function taskNodes(
  { tasks, remaining }: Upcoming<DemonstrationTask>,
  kind: string,
  command: string,
): TreeNode[] {
  const rows = tasks.map(({ prompt, reason }, index): TreeNode => {
    const category = prompt.category === undefined ? [] : [categoryLabel(prompt.category)];
    return {
      id: `${kind}/${prompt.id}`,
      label: oneLine(prompt.text, 80),
      description: [...(index === 0 ? [l10n.t('next')] : []), ...category].join(' · '),
      tooltip: `${prompt.text}\n\n${reason}`,
      contextValue: kind,
      command: { command, arguments: [prompt.id] },
      target: { kind: 'prompt', promptId: prompt.id },
    };
  });
  const more = remaining - rows.length;
  return more <= 0
    ? rows
    : [...rows, { id: `${kind}/more`, label: l10n.t`and ${more.toLocaleString('en')} more` }];
}

function labelerNodes(dataset: Dataset, you: string): TreeNode[] {
  const { rankings, demonstrations } = dataset.counts();
  const names = new Set([...rankings.byLabeler.keys(), ...demonstrations.byLabeler.keys()]);
  return [...names].sort().map((name) => {
    const parts = [
      counted(rankings.byLabeler.get(name) ?? 0, 'ranking'),
      counted(demonstrations.byLabeler.get(name) ?? 0, 'demonstration'),
    ];
    return {
      id: `labeler/${name}`,
      label: name,
      description: [...(name === you ? [l10n.t('you')] : []), ...parts].join(' · '),
      icon: 'account',
    };
  });
}
