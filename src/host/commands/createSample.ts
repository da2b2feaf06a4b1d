/** Making the sample project, in the open folder or in another one. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { TrainerLauncher } from '../runs/trainerLauncher.ts';
import { chooseInSteps } from './quickSteps.ts';

const sampleName = 'instruct-sample';

/**
 * Asks where, makes the project there and opens it. A folder given as an argument is not asked
 * for. A folder that holds something gets a new folder within; nothing is overwritten.
 */
export async function createSampleProject(
  launcher: TrainerLauncher,
  argument: unknown,
): Promise<void> {
  const folder = typeof argument === 'string' ? argument : await chooseFolder();
  if (folder === undefined) return;
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Creating the sample project…'),
    },
    () => launcher.initialize(folder),
  );
  if (isOpen(folder)) return;
  const uri = vscode.Uri.file(folder);
  if (vscode.workspace.workspaceFolders === undefined) {
    await vscode.commands.executeCommand('vscode.openFolder', uri);
    return;
  }
  const open = l10n.t('Open');
  const openNew = l10n.t('Open in New Window');
  const text = l10n.t`The sample project is in ${folder}.`;
  const chosen = await vscode.window.showInformationMessage(text, open, openNew);
  if (chosen === undefined) return;
  await vscode.commands.executeCommand('vscode.openFolder', uri, {
    forceNewWindow: chosen === openNew,
  });
}

async function chooseFolder(): Promise<string | undefined> {
  const here = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri
    .fsPath;
  if (here !== undefined && (await isFree(here))) {
    const answer = await chooseInSteps(l10n.t('Create Sample Project'), [
      {
        placeholder: l10n.t('Where to create it'),
        choices: [
          {
            label: `$(folder) ${l10n.t`In ${path.basename(here)}`}`,
            description: l10n.t('this folder is empty'),
            value: here,
          },
          { label: `$(folder-opened) ${l10n.t('In Another Folder…')}`, value: '' },
        ],
      },
    ]);
    const chosen = answer?.at(0);
    if (chosen !== '') return chosen;
  }
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    title: l10n.t('Where to Create the Sample Project'),
    openLabel: l10n.t('Create Here'),
  });
  const parent = picked?.at(0)?.fsPath;
  if (parent === undefined) return undefined;
  return (await isFree(parent)) ? parent : freeName(parent);
}

/** Whether a folder holds nothing but what tools keep for themselves. */
async function isFree(folder: string): Promise<boolean> {
  return (await readdir(folder)).every((name) => name.startsWith('.'));
}

function freeName(parent: string): string {
  for (let number = 1; ; number += 1) {
    const name = path.join(parent, number === 1 ? sampleName : `${sampleName}-${number}`);
    if (!existsSync(name)) return name;
  }
}

function isOpen(folder: string): boolean {
  return vscode.workspace.workspaceFolders?.some(({ uri }) => uri.fsPath === folder) ?? false;
}
