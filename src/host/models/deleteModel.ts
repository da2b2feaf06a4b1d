/** Deleting a model with care: not while something needs it, never without asking, to the trash. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { InstructError } from '../../protocol/errors.ts';
import { modelsOf } from '../commands/trainingCommands.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { inBytes } from '../runs/runEstimate.ts';
import { modelLabel } from '../views/modelNodes.ts';
import { chooseModel } from './chooseModel.ts';
import { usersOf } from './modelUse.ts';

/**
 * Asks, then moves the model's folder to the trash where there is one. The curves and checkpoints of
 * the run that made it stay.
 * @throws InstructError `bad-argument` where something needs it.
 */
export async function deleteModel(project: ProjectFolder, argument: unknown): Promise<void> {
  const models = await modelsOf(project);
  const model = await chooseModel(project, argument, l10n.t('Delete Model'));
  if (model === undefined) return;
  const users = usersOf(model, project.project?.models.base, models, project.runs.runs);
  if (users.length > 0) {
    throw new InstructError({
      code: 'bad-argument',
      message: neededBy(model.ref, users),
      remedy: l10n.t('Delete what was made from it first.'),
    });
  }
  const confirm = l10n.t('Delete');
  const what = `${model.ref}, ${inBytes(model.sizeBytes)}.`;
  const kept =
    model.run === undefined ? [] : [l10n.t('The curves and checkpoints of its run stay.')];
  const answer = await vscode.window.showWarningMessage(
    l10n.t`Delete the model ${modelLabel(model)}?`,
    { modal: true, detail: [what, ...kept].join(' ') },
    confirm,
  );
  if (answer !== confirm) return;
  const uri = vscode.Uri.file(path.join(project.path, model.ref));
  const remove = (useTrash: boolean): Thenable<void> =>
    vscode.workspace.fs.delete(uri, { recursive: true, useTrash });
  await remove(true).then(undefined, () => remove(false)); // not every file system has a trash
  project.modelsChanged();
}

function neededBy(ref: string, users: readonly string[]): string {
  const named = users.slice(0, 3).join('; ');
  if (users.length === 1) return l10n.t`${ref} cannot be deleted: ${named} needs it.`;
  return users.length <= 3
    ? l10n.t`${ref} cannot be deleted: ${named} need it.`
    : l10n.t`${ref} cannot be deleted: ${named} and ${users.length - 3} more need it.`;
}
