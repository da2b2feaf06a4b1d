/** Deleting a model with care: not while something needs it, never without asking, to the trash. */
import path from 'node:path';
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
  const model = await chooseModel(project, argument, 'Delete Model');
  if (model === undefined) return;
  const users = usersOf(model, project.project?.models.base, models, project.runs.runs);
  if (users.length > 0) {
    throw new InstructError({
      code: 'bad-argument',
      message: `${model.ref} cannot be deleted: ${users.slice(0, 3).join('; ')}${users.length > 3 ? ` and ${users.length - 3} more` : ''} ${users.length === 1 ? 'needs' : 'need'} it.`,
      remedy: 'Delete what was made from it first.',
    });
  }
  const confirm = 'Delete';
  const kept = model.run === undefined ? '' : ' The curves and checkpoints of its run stay.';
  const answer = await vscode.window.showWarningMessage(
    `Delete the model ${modelLabel(model)}?`,
    { modal: true, detail: `${model.ref}, ${inBytes(model.sizeBytes)}.${kept}` },
    confirm,
  );
  if (answer !== confirm) return;
  const uri = vscode.Uri.file(path.join(project.path, model.ref));
  const remove = (useTrash: boolean): Thenable<void> =>
    vscode.workspace.fs.delete(uri, { recursive: true, useTrash });
  await remove(true).then(undefined, () => remove(false)); // not every file system has a trash
  project.modelsChanged();
}
