/** Choosing the hyper-parameters that a project's runs start from; `instruct.json` keeps the choice. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import { modify } from 'jsonc-parser';
import * as vscode from 'vscode';
import { presetNames, presetStages, presets, type PresetName } from '../../protocol/presets.ts';
import { projectFileName } from '../../protocol/project.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { chooseInSteps, type Choice } from './quickSteps.ts';

/** Asks for a preset, unless the argument names one, and writes it into the project file. */
export async function choosePreset(project: ProjectFolder, argument: unknown): Promise<void> {
  const current = project.expectProject().preset ?? 'tiny';
  const named = presetNames.find((name) => name === argument);
  const chosen = named ?? (await ask(current));
  if (chosen === undefined || chosen === current) return;
  await writePreset(path.join(project.path, projectFileName), chosen);
  await project.reloadProjectFile();
}

async function ask(current: PresetName): Promise<PresetName | undefined> {
  const choices = presetNames.map((name): Choice => {
    const stages = presetStages(name);
    return {
      value: name,
      label: name === current ? `$(check) ${name}` : name,
      description: stages.length === 0 ? l10n.t('defaults') : stages.join(', '),
      detail: l10n.t(presets[name].description),
    };
  });
  const answer = await chooseInSteps(l10n.t('Choose Hyper-parameter Preset'), [
    { placeholder: l10n.t('The hyper-parameters that runs of this project start from'), choices },
  ]);
  return presetNames.find((name) => name === answer?.at(0));
}

/** An edit of the open document, so that it can be undone and nothing unsaved is lost. */
async function writePreset(file: string, preset: PresetName): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  const edits = modify(document.getText(), ['preset'], preset, {
    formattingOptions: { insertSpaces: true, tabSize: 2 },
    getInsertionIndex: (keys) => {
      const before = keys.indexOf('hyperparameters');
      return before < 0 ? keys.length : before;
    },
  });
  const change = new vscode.WorkspaceEdit();
  for (const { offset, length, content } of edits) {
    const range = new vscode.Range(
      document.positionAt(offset),
      document.positionAt(offset + length),
    );
    change.replace(document.uri, range, content);
  }
  await vscode.workspace.applyEdit(change);
  await document.save();
}
