/** Evaluating from the editor: what to judge, opening the report, comparing two, saving one. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { InstructError } from '../../protocol/errors.ts';
import { chooseRun } from '../commands/runCommands.ts';
import { targetId } from '../commands/arguments.ts';
import { ask, askMany } from '../commands/quickSteps.ts';
import { modelChoice, modelsOf, noModel, type RunPlanner } from '../commands/trainingCommands.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { Run } from '../runs/run.ts';
import { saveAs } from '../saveAs.ts';
import type { TrainerLauncher } from '../runs/trainerLauncher.ts';
import { languageModels, type ModelInfo } from '../views/modelCatalog.ts';
import { counted } from '../counted.ts';
import { openReportFile } from './reportEditor.ts';
import { roleNames } from './roleNames.ts';
import { hasReport, reportPath } from './reportFile.ts';

/** Asks which models, and on how many prompts. A model given is judged besides the newest of each kind. */
export const planEvaluation: RunPlanner = async (project, argument) => {
  const { models: named } = project.expectProject();
  const models = languageModels(await modelsOf(project)).filter(({ ref }) => ref !== named.base);
  if (models.length === 0)
    throw noModel(l10n.t('There is no model yet to be held against the base.'));
  const given = targetId(argument, 'model');
  const newest = newestOfEach(models);
  const dataset = await project.expectDataset();
  const total = dataset.counts().prompts.bySplit.get('test') ?? 0;
  const title = l10n.t('Evaluate Models');
  for (;;) {
    const refs = await askMany(title, {
      placeholder: l10n.t('Models to judge, besides the base'),
      choices: models.map((model) => ({
        ...modelChoice(model),
        picked: newest.includes(model) || model.ref === given,
      })),
      totalSteps: 2,
    });
    if (refs === undefined || refs.length === 0) return undefined;
    const some = [50, 200, 500].filter((count) => count < total);
    const amount = await ask(
      title,
      {
        placeholder: l10n.t('On how many held-out prompts'),
        choices: [
          { label: l10n.t`All ${counted(total, 'prompt')} of the test split`, value: '0' },
          ...some.map((count) => ({
            label: counted(count, 'prompt'),
            description: l10n.t`an interval of about ± ${(98 / Math.sqrt(count)).toFixed(0)} %`,
            value: String(count),
          })),
        ],
      },
      2,
      2,
    );
    if (amount === 'back') continue;
    if (amount === undefined) return undefined;
    const chosen = models.filter(({ ref }) => refs.includes(ref));
    const options = roleNames(chosen).flatMap(([role, ref]) => ['--model', `${role}=${ref}`]);
    return { stage: 'eval', options: [...options, '--set', `maxPrompts=${amount.value}`] };
  }
};

/** Opens the report of a finished evaluation, which is written first where an older version left none. */
export async function openReport(
  project: ProjectFolder,
  launcher: TrainerLauncher,
  argument: unknown,
  expectTrust: () => void,
): Promise<void> {
  const run = await chooseEvaluation(project, argument, l10n.t('Open Evaluation Report'));
  if (run === undefined) return;
  if (!hasReport(run.folder)) {
    expectTrust();
    await launcher.report(project.path, run.id);
  }
  await openReportFile(reportPath(run.folder));
}

/** Asks for two finished evaluations and opens what has changed from the earlier to the later. */
export async function compareEvaluations(
  project: ProjectFolder,
  launcher: TrainerLauncher,
  argument: unknown,
): Promise<void> {
  const title = l10n.t('Compare Evaluations');
  const done = evaluations(project);
  if (done.length < 2) {
    throw new InstructError({
      code: 'bad-run',
      message:
        done.length === 1
          ? l10n.t('Two finished evaluations can be compared, and there is one.')
          : l10n.t('Two finished evaluations can be compared, and there are none.'),
      remedy: l10n.t('Evaluate again after the next training run.'),
    });
  }
  const first = await chooseEvaluation(project, argument, title);
  if (first === undefined) return;
  const others = done.filter(({ id }) => id !== first.id);
  const second = await chooseRun(project, others.length === 1 ? others[0].id : undefined, {
    title: l10n.t`${title}: ${first.id} with`,
    accepts: (run) => others.includes(run),
    none: l10n.t('There is no other evaluation.'),
  });
  if (second === undefined) return;
  const [before, after] = [first, second].sort((a, b) => madeAt(a) - madeAt(b));
  const files = await launcher.report(project.path, after.id, before.id);
  const json = files.find((file) => file.endsWith('.json'));
  if (json !== undefined) await openReportFile(json);
}

/** Saves the report that a file holds in a format of choice. */
export async function exportReport(argument: unknown): Promise<void> {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri =
    argument instanceof vscode.Uri
      ? argument
      : tab instanceof vscode.TabInputCustom
        ? tab.uri
        : undefined;
  if (uri === undefined) {
    throw new InstructError({
      code: 'bad-argument',
      message: l10n.t('No evaluation report is open.'),
      remedy: l10n.t('Open one from the Runs view.'),
    });
  }
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: 'HTML',
        description: l10n.t('One page with plots, for any browser'),
        ending: 'html',
      },
      {
        label: 'Markdown',
        description: l10n.t('For an issue, a pull request or a paper'),
        ending: 'md',
      },
      {
        label: 'JSON',
        description: l10n.t('Every number and every answer'),
        ending: 'json',
      },
    ],
    { title: l10n.t('Save Report As') },
  );
  if (picked === undefined) return;
  const { dir, name } = path.parse(uri.fsPath);
  await saveAs({
    name: `${path.basename(dir)}.${picked.ending}`,
    kind: picked.label,
    bytes: await readFile(path.join(dir, `${name}.${picked.ending}`)),
  });
}

/** The finished evaluations, newest first. */
export function evaluations(project: ProjectFolder): Run[] {
  return project.runs.runs.filter(
    ({ spec, state }) => spec?.stage === 'eval' && state === 'finished',
  );
}

function chooseEvaluation(
  project: ProjectFolder,
  argument: unknown,
  title: string,
): Promise<Run | undefined> {
  return chooseRun(project, argument, {
    title,
    accepts: ({ spec, state }) => spec?.stage === 'eval' && state === 'finished',
    none: l10n.t('No evaluation has finished yet: run “Evaluate Models…”.'),
  });
}

function madeAt({ spec }: Run): number {
  return spec === undefined ? 0 : Date.parse(spec.created);
}

/** Models come newest first. */
function newestOfEach(models: readonly ModelInfo[]): ModelInfo[] {
  const found = new Map<string, ModelInfo>();
  for (const model of models) {
    if (model.made !== 'base' && !found.has(model.made)) found.set(model.made, model);
  }
  return [...found.values()];
}
