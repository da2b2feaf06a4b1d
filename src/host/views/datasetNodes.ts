/** The rows of the Dataset view: what records there are, by what matters about them. */
import * as l10n from '@vscode/l10n';
import type { Dataset } from '../../data/index.ts';
import { categories, splits, type Category, type RecordKind } from '../../protocol/records.ts';
import { counted, recordNouns } from '../counted.ts';
import { type IconName, type TreeNode } from './treeNode.ts';

/** Opens a file of the project; the tree's own command. */
export const openDataFileCommand = 'instruct.openDataFile';

const kindLooks: Readonly<Record<RecordKind, { label: string; icon: IconName }>> = {
  prompts: { label: l10n.t('Prompts'), icon: 'comment' },
  demonstrations: { label: l10n.t('Demonstrations'), icon: 'edit' },
  completions: { label: l10n.t('Completions'), icon: 'sparkle' },
  rankings: { label: l10n.t('Rankings'), icon: 'list-ordered' },
};

const categoryLabels: Readonly<Record<Category, string>> = {
  generation: l10n.t('Generation'),
  open_qa: l10n.t('Open QA'),
  brainstorming: l10n.t('Brainstorming'),
  chat: l10n.t('Chat'),
  rewrite: l10n.t('Rewrite'),
  summarization: l10n.t('Summarization'),
  classification: l10n.t('Classification'),
  other: l10n.t('Other'),
  closed_qa: l10n.t('Closed QA'),
  extract: l10n.t('Extract'),
};

/** Names of categories as people read them: `open_qa` is `Open QA`. */
export function categoryLabel(category: Category | ''): string {
  return category === '' ? l10n.t('Without category') : categoryLabels[category];
}

/** The four kinds of records with their counts; `problems` are by file. */
export function datasetNodes(dataset: Dataset, problems: ReadonlyMap<string, number>): TreeNode[] {
  const counts = dataset.counts();
  const { demonstrations, completions, rankings } = counts;
  return [
    kindNode(dataset, 'prompts', counts.prompts.total, problems, promptNodes(dataset, problems)),
    kindNode(
      dataset,
      'demonstrations',
      demonstrations.total,
      problems,
      fileNodes(dataset, 'demonstrations', 'account', problems),
    ),
    kindNode(
      dataset,
      'completions',
      completions.total,
      problems,
      fileNodes(dataset, 'completions', 'package', problems),
    ),
    kindNode(
      dataset,
      'rankings',
      rankings.total,
      problems,
      fileNodes(dataset, 'rankings', 'account', problems),
      rankings.skipped > 0 ? l10n.t`${counted(rankings.skipped, 'task')} skipped` : undefined,
    ),
  ];
}

function kindNode(
  dataset: Dataset,
  kind: RecordKind,
  total: number,
  problems: ReadonlyMap<string, number>,
  children: TreeNode[],
  more?: string,
): TreeNode {
  const { label, icon } = kindLooks[kind];
  const bad = dataset.files(kind).reduce((sum, file) => sum + (problems.get(file) ?? 0), 0);
  const details = [total.toLocaleString('en')];
  if (more !== undefined) details.push(more);
  if (bad > 0) details.push(counted(bad, 'problem'));
  return {
    id: kind,
    label,
    description: details.join(' · '),
    icon: bad > 0 ? 'warning' : icon,
    ...(bad > 0 ? { color: 'list.warningForeground' } : {}),
    contextValue: kind,
    spoken: [counted(total, recordNouns[kind]), ...details.slice(1)].join(', '),
    ...(children.length > 0 ? { children } : {}),
  };
}

function promptNodes(dataset: Dataset, problems: ReadonlyMap<string, number>): TreeNode[] {
  const bySplit = dataset.counts().prompts.byCategoryAndSplit;
  const rows = [...categories, '' as const].flatMap((category) => {
    const tally = bySplit.get(category);
    return tally === undefined ? [] : [categoryNode(category, tally)];
  });
  const files = fileNodes(dataset, 'prompts', 'database', problems);
  if (files.length === 0) return rows;
  return [
    ...rows,
    {
      id: 'prompts/files',
      label: l10n.t('Files'),
      icon: 'database',
      children: files,
      description: `${files.length}`,
    },
  ];
}

function categoryNode(category: Category | '', tally: ReadonlyMap<string, number>): TreeNode {
  const total = [...tally.values()].reduce((sum, count) => sum + count, 0);
  const label = categoryLabel(category);
  const children = [...splits, ''].flatMap((split): TreeNode[] => {
    const count = tally.get(split);
    if (count === undefined) return [];
    const name = split === '' ? l10n.t('without split') : split;
    return [
      {
        id: `category/${category}/${split}`,
        label: name,
        description: count.toLocaleString('en'),
        spoken: `${counted(count, 'prompt')} ${name}`,
      },
    ];
  });
  return {
    id: `category/${category}`,
    label,
    description: total.toLocaleString('en'),
    icon: 'tag',
    spoken: `${label}, ${counted(total, 'prompt')}`,
    children,
  };
}

function fileNodes(
  dataset: Dataset,
  kind: RecordKind,
  icon: IconName,
  problems: ReadonlyMap<string, number>,
): TreeNode[] {
  const { byFile } = dataset.counts();
  return dataset.files(kind).map((file) => {
    const count = byFile.get(file) ?? 0;
    const bad = problems.get(file) ?? 0;
    const details = [count.toLocaleString('en'), ...(bad > 0 ? [counted(bad, 'problem')] : [])];
    return {
      id: file,
      label: file.replace(/^[^/]*\//, '').replace(/\.jsonl$/, ''),
      description: details.join(' · '),
      tooltip: file,
      icon: bad > 0 ? 'warning' : icon,
      ...(bad > 0 ? { color: 'list.warningForeground' } : {}),
      contextValue: 'dataFile',
      command: { command: openDataFileCommand, arguments: [file] },
      spoken: [file, ...details].join(', '),
    };
  });
}
