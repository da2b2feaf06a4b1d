/** What can stand in a column of a comparison: language models, and the checkpoints of the runs that train them. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { CompareSnapshot } from '../../protocol/comparePanel.ts';
import { runFiles, type Stage } from '../../protocol/run.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { Run } from '../runs/run.ts';
import { languageModels, listModels } from '../views/modelCatalog.ts';
import { modelDetail, modelLabel } from '../views/modelNodes.ts';
import { stageLabels } from '../views/stageLabels.ts';

type Comparable = CompareSnapshot['models'][number];

const policyStages: ReadonlySet<Stage> = new Set(['sft', 'ppo', 'dpo', 'expert']);

/** See the file's header. `now` is for the ages in the details. */
export async function comparableModels(
  project: Pick<ProjectFolder, 'path' | 'project' | 'runs'>,
  now: number,
): Promise<Comparable[]> {
  const { path: root, project: file, runs } = project;
  const models = languageModels(await listModels(root, file?.models.base, runs.runs));
  const whole = models.map(async (model): Promise<Comparable> => ({
    ref: model.ref,
    label: modelLabel(model),
    detail: modelDetail(model, now),
    template: await hasTemplate(path.join(root, model.ref)),
  }));
  const parts = runs.runs.map((run) => checkpointsOf(root, run));
  return [...(await Promise.all(whole)), ...(await Promise.all(parts)).flat()];
}

/** The checkpoints of a run that stand now, newest first, and its best model where it keeps one. */
export async function checkpointsOf(root: string, run: Pick<Run, 'id' | 'spec' | 'folder'>) {
  const { id, spec, folder } = run;
  const policy = spec?.models['policy'];
  if (spec === undefined || policy === undefined || !policyStages.has(spec.stage)) return [];
  // A run without that folder, or with one that cannot be read, has nothing to choose from.
  const names = await readdir(path.join(folder, runFiles.checkpoints)).catch(() => []);
  const steps = names
    .filter((name) => /^step-\d+$/.test(name))
    .map((name) => Number(name.slice(5)));
  const template = await hasTemplate(path.join(root, policy));
  const stage = stageLabels[spec.stage];
  const made = (part: string, name: string): Comparable => ({
    ref: `runs/${id}/${part}`,
    label: `${stage} ${name}`,
    detail: '',
    run: id,
    template,
  });
  return [
    ...(existsSync(path.join(folder, runFiles.best, 'config.json'))
      ? [made(runFiles.best, l10n.t('best so far'))]
      : []),
    ...steps
      .sort((a, b) => b - a)
      .map((step) => made(`${runFiles.checkpoints}/step-${step}`, l10n.t`step ${step}`)),
  ];
}

/**
 * The model that a model or checkpoint of a run was trained from, which is the reference policy of PPO
 * and DPO; undefined for a model that no run made.
 */
export function referenceOf(
  ref: string,
  runs: readonly Pick<Run, 'id' | 'spec'>[],
): string | undefined {
  const [, id] = /^runs\/([^/]+)\//.exec(ref) ?? [];
  const spec = runs.find((run) => run.id === id)?.spec;
  return spec !== undefined && policyStages.has(spec.stage) ? spec.models['policy'] : undefined;
}

/** Whether a model folder has a chat template, in either of its places. A file that cannot be read has none. */
async function hasTemplate(folder: string): Promise<boolean> {
  if (existsSync(path.join(folder, 'chat_template.jinja'))) return true;
  const text = await readFile(path.join(folder, 'tokenizer_config.json'), 'utf8').catch(() => '{}');
  return text.includes('"chat_template"');
}
