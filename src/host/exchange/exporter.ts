/** Export in the editor: a format, a file, and a word on what the format could not hold. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import * as z from 'zod';
import { formats } from '../../data/index.ts';
import { exportReportSchema } from '../../protocol/exchangeReport.ts';
import { splits } from '../../protocol/records.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { AskStudio } from '../studioCommand.ts';
import { counted } from '../counted.ts';
import { askForRows } from './askForRows.ts';

/** What an export is to be, as a keybinding may give it; what is missing is asked for. */
export const exportRequestSchema = z.object({
  format: z.string().exactOptional(),
  /** Absolute. */
  file: z.string().exactOptional(),
});
type ExportRequest = z.infer<typeof exportRequestSchema>;

/** Asks what is not given, writes the file, and says what it holds. */
export async function exportProject(
  project: ProjectFolder,
  ask: AskStudio,
  request: ExportRequest,
): Promise<void> {
  const format = request.format ?? (await chooseFormat());
  if (format === undefined) return;
  const chosen = request.file === undefined ? await chooseSplits() : [];
  if (chosen === undefined) return;
  const file = request.file ?? (await chooseFile(project.path, format));
  if (file === undefined) return;
  const argv = [
    'export',
    '--project',
    project.path,
    '--format',
    format,
    '--out',
    file,
    ...chosen.flatMap((split) => ['--split', split]),
  ];
  const answer = exportReportSchema;
  const report = await askForRows(l10n.t('Exporting'), ask, { argv, answer });
  const lost = report.lost.map(({ what, count }) => `${count.toLocaleString('en')} ${what}`);
  const said = [
    l10n.t`${counted(report.rows, 'row')} of ${counted(report.prompts - report.empty, 'prompt')} exported.`,
    ...(lost.length === 0 ? [] : [l10n.t`This format does not hold: ${lost.join(', ')}.`]),
  ].join(' ');
  const open = l10n.t('Open File');
  void vscode.window.showInformationMessage(said, open).then(async (pressed) => {
    if (pressed === open)
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
  });
}

async function chooseFormat(): Promise<string | undefined> {
  const items = formats
    .filter(({ write }) => write !== null)
    .map(({ name, title }) => ({ label: title, description: name }));
  const title = l10n.t('Export: Format');
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return chosen?.description;
}

/** The splits to export; none chosen or all of them is everything. */
async function chooseSplits(): Promise<string[] | undefined> {
  const items = splits.map((label) => ({ label, picked: true }));
  const title = l10n.t('Export: Splits');
  const chosen = await vscode.window.showQuickPick(items, { title, canPickMany: true });
  if (chosen === undefined) return undefined;
  // Prompts without a split belong to everything, and to no single split.
  return chosen.length === items.length ? [] : chosen.map(({ label }) => label);
}

async function chooseFile(folder: string, format: string): Promise<string | undefined> {
  const container = formats.find(({ name }) => name === format)?.write?.container ?? 'jsonl';
  const target = await vscode.window.showSaveDialog({
    title: l10n.t('Export'),
    saveLabel: l10n.t('Export'),
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(folder), `${format}.${container}`),
    filters: {
      [container.toUpperCase()]: [container],
      'JSON Lines': ['jsonl'],
      JSON: ['json'],
      CSV: ['csv'],
      Parquet: ['parquet'],
      gzip: ['gz'],
    },
  });
  return target?.fsPath;
}
