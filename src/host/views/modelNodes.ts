/** The rows of the Models view: each model below the one it was trained from. */
import * as l10n from '@vscode/l10n';
import { inBytes } from '../runs/runEstimate.ts';
import type { ModelInfo } from './modelCatalog.ts';
import { ago, keyFigures } from './runNodes.ts';
import { stageLabels } from './stageLabels.ts';
import type { IconName, TreeNode } from './treeNode.ts';

const icons: Readonly<Record<ModelInfo['made'], IconName>> = {
  base: 'package',
  pretrain: 'package',
  sft: 'mortar-board',
  rm: 'star-empty',
  ppo: 'rocket',
  dpo: 'rocket',
  expert: 'rocket',
  sample: 'symbol-misc',
  rank: 'symbol-misc',
  eval: 'symbol-misc',
  pipeline: 'symbol-misc',
};

/** How a model is called in lists. */
export function modelLabel(model: ModelInfo): string {
  return model.made === 'base' ? model.ref.replace(/^models\//, '') : stageLabels[model.made];
}

/** What tells a model from others of its kind. */
export function modelDetail(model: ModelInfo, now: number): string {
  if (!model.exists) return l10n.t('missing: there is no config.json in its folder');
  const size = inBytes(model.sizeBytes);
  if (model.run === undefined) return `${model.ref} · ${size}`;
  const { view } = model.run;
  const figures = model.run.spec === undefined ? [] : keyFigures(view, model.run.spec.stage);
  const time = view.updatedAt === undefined ? [] : [ago(view.updatedAt, now)];
  return [...figures, ...time, size].join(' · ');
}

/**
 * The lineage as a forest: models without a known parent are its roots. `outdated` says by run id why
 * a run's model is out of date.
 */
export function modelNodes(
  models: readonly ModelInfo[],
  now: number,
  outdated: ReadonlyMap<string, string> = new Map(),
): TreeNode[] {
  const known = new Set(models.map(({ ref }) => ref));
  const childrenOf = new Map<string | undefined, ModelInfo[]>();
  for (const model of models) {
    const parent = model.parent !== undefined && known.has(model.parent) ? model.parent : undefined;
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), model]);
  }
  const seen = new Set<string>(); // a run.json that names itself as its parent makes no endless tree
  const nodesOf = (parent: string | undefined): TreeNode[] =>
    (childrenOf.get(parent) ?? []).flatMap((model) => {
      if (seen.has(model.ref)) return [];
      seen.add(model.ref);
      const reason = outdated.get(model.run?.id ?? '');
      return [modelNode(model, nodesOf(model.ref), now, reason)];
    });
  return nodesOf(undefined);
}

function modelNode(
  model: ModelInfo,
  children: TreeNode[],
  now: number,
  outdated: string | undefined,
): TreeNode {
  const label = modelLabel(model);
  const detail = modelDetail(model, now);
  const description = outdated === undefined ? detail : [l10n.t('out of date'), detail].join(' · ');
  const why = outdated === undefined ? [] : [l10n.t`Out of date: ${outdated}.`];
  return {
    // The editor remembers a row without children as closed: with its first child it is another row.
    id: children.length > 0 ? `${model.ref}/` : model.ref,
    label,
    description,
    tooltip: [model.ref, detail, ...why].join('\n'),
    ...(outdated === undefined ? {} : { color: 'charts.yellow' }),
    icon: model.exists ? icons[model.made] : 'warning',
    contextValue: contextOf(model),
    target: { kind: 'model', model: model.ref },
    ...(model.exists
      ? { command: { command: 'instruct.showModelCard', arguments: [model.ref] } }
      : {}),
    ...(children.length > 0 ? { children, expanded: true } : {}),
  };
}

/** Words that menus match. */
function contextOf({ exists, made, run }: ModelInfo): string {
  if (!exists) return 'missingModel';
  const kind = made === 'rm' ? 'rewardModel' : 'languageModel';
  return run === undefined ? kind : [kind, 'trained'].join(' ');
}
