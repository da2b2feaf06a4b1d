/** Opens a file of prompts in the table: the one given, in the active editor, or chosen. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { kindOfFile } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { openPromptTable } from '../promptTable/promptTableEditor.ts';

/** See the file's header. `argument` is what a menu gives: the file's address. */
export async function choosePromptTable(folder: ProjectFolder, argument: unknown): Promise<void> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const given = [argument, active].find(
    (uri): uri is vscode.Uri =>
      uri instanceof vscode.Uri && kindOfFile(path.relative(folder.path, uri.fsPath)) === 'prompts',
  );
  if (given !== undefined) {
    await openPromptTable(given);
    return;
  }
  const files = (await folder.expectDataset()).files('prompts');
  const [only, ...others] = files;
  if (files.length === 0) {
    throw new InstructError({
      code: 'empty-dataset',
      message: l10n.t('There is no file of prompts yet.'),
      remedy: l10n.t('Write prompts/<name>.jsonl, or import a file.'),
    });
  }
  const title = l10n.t('Open Prompt Table');
  const file = others.length === 0 ? only : await vscode.window.showQuickPick(files, { title });
  if (file !== undefined) await openPromptTable(vscode.Uri.file(path.join(folder.path, file)));
}
