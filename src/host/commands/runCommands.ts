/** What can be done to a run that stands. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { InstructError } from '../../protocol/errors.ts';
import { runFiles } from '../../protocol/run.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { Run } from '../runs/run.ts';
import { runNodes } from '../views/runNodes.ts';
import type { TreeNode } from '../views/treeNode.ts';
import { stageLabels } from '../views/stageLabels.ts';
import { targetId } from './arguments.ts';
import { chooseInSteps } from './quickSteps.ts';

/** Which runs a command is about. */
export interface RunFilter {
  /** For the quick pick's title. */
  readonly title: string;
  readonly accepts: (run: Run) => boolean;
  /** Said when no run fits. */
  readonly none: string;
}

/**
 * The run that an argument names, else the only one that fits, else the one that the user picks;
 * undefined when given up. Throws `InstructError('bad-run')` when none fits.
 */
export async function chooseRun(
  project: ProjectFolder,
  argument: unknown,
  filter: RunFilter,
): Promise<Run | undefined> {
  const id = targetId(argument, 'run');
  if (id !== undefined) {
    const run = await project.runs.find(id);
    if (run !== undefined) return run;
    throw noRun(l10n.t`There is no run "${id}" in this project.`);
  }
  const runs = project.runs.runs.filter(filter.accepts);
  if (runs.length === 0) throw noRun(filter.none);
  const isLive = (run: Run): boolean => project.runs.isLive(run);
  const nodes = runNodes(runs, isLive, Date.now());
  const chosen = await chooseInSteps(filter.title, [
    {
      placeholder: l10n.t('Run'),
      choices: nodes
        .flatMap((node) => [node, ...(node.children ?? [])])
        .map((node) => ({
          label: withIcon(node),
          description: node.description ?? '',
          detail: targetId(node, 'run') ?? '',
          value: targetId(node, 'run') ?? '',
        })),
    },
  ]);
  const value = chosen?.at(0);
  return value === undefined ? undefined : project.runs.run(value);
}

/** Opens a run's log beside what is open. */
export async function showRunLog(run: Run): Promise<void> {
  const file = path.join(run.folder, runFiles.log);
  if (!existsSync(file)) {
    throw noRun(l10n.t`The run ${run.id} has no log: it has not been started by the editor yet.`);
  }
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: true });
}

/** Asks, then moves the run's folder to the trash where there is one. */
export async function deleteRun(project: ProjectFolder, run: Run): Promise<void> {
  if (project.runs.isLive(run)) {
    throw new InstructError({
      code: 'run-is-live',
      message: l10n.t`The run ${run.id} is at work and cannot be deleted.`,
      remedy: l10n.t('Stop it first.'),
    });
  }
  const question =
    run.spec === undefined
      ? l10n.t`Delete the ${run.id}?`
      : l10n.t`Delete the ${stageLabels[run.spec.stage]} run ${run.id}?`;
  const users = dependents(project, run);
  const used = users.length === 0 ? [] : [l10n.t`Its model was used by ${users.join(', ')}.`];
  const detail = [...used, l10n.t('Its model, checkpoints and metrics go with it.')].join(' ');
  const confirm = l10n.t('Delete');
  const options = { modal: true, detail };
  const answer = await vscode.window.showWarningMessage(question, options, confirm);
  if (answer !== confirm) return;
  const uri = vscode.Uri.file(run.folder);
  const remove = (useTrash: boolean): Thenable<void> =>
    vscode.workspace.fs.delete(uri, { recursive: true, useTrash });
  await remove(true).then(undefined, () => remove(false)); // not every file system has a trash
  await project.runs.rescan();
}

/** The runs that were made from this one's model. */
function dependents(project: ProjectFolder, run: Run): string[] {
  const ref = `runs/${run.id}/${runFiles.model}`;
  return project.runs.runs
    .filter(({ spec }) => spec !== undefined && Object.values(spec.models).includes(ref))
    .map(({ id }) => id);
}

function noRun(message: string): InstructError {
  return new InstructError({
    code: 'bad-run',
    message,
    remedy: l10n.t('Start one from the Runs view.'),
  });
}

function withIcon({ icon, label }: TreeNode): string {
  const name = icon ?? 'circle';
  return `$(${name}) ${label}`;
}
