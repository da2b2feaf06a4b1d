/** The rows of the Dataset view: what records there are, by what matters about them. */
import type { Dataset } from '../../data/index.ts';
import { categories, splits, type RecordKind } from '../../protocol/records.ts';
import { counted, type IconName, type TreeNode } from './treeNode.ts';

/** Opens a file of the project; the tree's own command. */
export const openDataFileCommand = 'instruct.openDataFile';

const kindLooks: Readonly<Record<RecordKind, { label: string; noun: string; icon: IconName }>> = {
  prompts: { label: 'Prompts', noun: 'prompt', icon: 'comment' },
  demonstrations: { label: 'Demonstrations', noun: 'demonstration', icon: 'edit' },
  completions: { label: 'Completions', noun: 'completion', icon: 'sparkle' },
  rankings: { label: 'Rankings', noun: 'ranking', icon: 'list-ordered' },
};

/** Names of categories as people read them: `open_qa` is `Open QA`. */
export function categoryLabel(category: string): string {
  if (category === '') return 'Without category';
  const words = category.split('_').map((word) => (word === 'qa' ? 'QA' : word));
  const [first] = words;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...words.slice(1)].join(' ');
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
      rankings.skipped > 0 ? `${counted(rankings.skipped, 'task')} skipped` : undefined,
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
  const { label, noun, icon } = kindLooks[kind];
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
    spoken: [counted(total, noun), ...details.slice(1)].join(', '),
    ...(children.length > 0 ? { children } : {}),
  };
}

function promptNodes(dataset: Dataset, problems: ReadonlyMap<string, number>): TreeNode[] {
  const bySplit = dataset.counts().prompts.byCategoryAndSplit;
  const rows = [...categories, ''].flatMap((category) => {
    const tally = bySplit.get(category);
    return tally === undefined ? [] : [categoryNode(category, tally)];
  });
  const files = fileNodes(dataset, 'prompts', 'database', problems);
  if (files.length === 0) return rows;
  return [
    ...rows,
    {
      id: 'prompts/files',
      label: 'Files',
      icon: 'database',
      children: files,
      description: `${files.length}`,
    },
  ];
}

function categoryNode(category: string, tally: ReadonlyMap<string, number>): TreeNode {
  const total = [...tally.values()].reduce((sum, count) => sum + count, 0);
  const label = categoryLabel(category);
  const children = [...splits, ''].flatMap((split): TreeNode[] => {
    const count = tally.get(split);
    if (count === undefined) return [];
    const name = split === '' ? 'without split' : split;
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
