/** "Add Model…": from a folder of this machine, or by download once size and licence are agreed to. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import {
  addedModelSchema,
  downloadPlanSchema,
  downloadProgressSchema,
  type AddedModel,
  type DownloadPlan,
} from '../../protocol/addModel.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { inBytes } from '../runs/runEstimate.ts';
import type { AskStudio } from '../studioCommand.ts';

/** Adds a model; `argument` may be a folder's address. Resolves when it stands, or with nothing done. */
export async function addModel(
  project: ProjectFolder,
  ask: AskStudio,
  argument: unknown,
): Promise<void> {
  if (argument instanceof vscode.Uri) return addFolder(project, ask, argument.fsPath);
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: `$(folder-opened) ${l10n.t('From a Folder…')}`,
        detail: l10n.t('A Hugging Face folder: config.json, model.safetensors and tokenizer.json'),
        by: 'folder',
      },
      {
        label: `$(cloud-download) ${l10n.t('Download…')}`,
        detail: l10n.t(
          'By its id on the Hugging Face hub; size and licence are shown before anything is fetched',
        ),
        by: 'hub',
      },
    ],
    { title: l10n.t('Add Model') },
  );
  if (picked?.by === 'hub') return addFromHub(project, ask);
  if (picked === undefined) return;
  const folders = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: l10n.t('Add Model'),
    title: l10n.t('A model folder'),
  });
  const folder = folders?.at(0);
  if (folder !== undefined) await addFolder(project, ask, folder.fsPath);
}

async function addFolder(project: ProjectFolder, ask: AskStudio, folder: string): Promise<void> {
  const name = await askName(path.basename(folder));
  if (name === undefined) return;
  const argv = ['add-model', folder, '--name', name, '--project', project.path];
  const { added } = await withProgress(l10n.t`Reading ${path.basename(folder)}`, (signal) =>
    ask({ argv, answer: addedModelSchema, signal }),
  );
  tell(project, added);
}

async function addFromHub(project: ProjectFolder, ask: AskStudio): Promise<void> {
  const id = await vscode.window.showInputBox({
    title: l10n.t('Download a Model (1/2)'),
    prompt: l10n.t('Its id on the Hugging Face hub'),
    placeHolder: 'openai-community/gpt2',
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^[\w.-]+(\/[\w.-]+)?$/.test(text)
        ? undefined
        : l10n.t('An id such as "openai-community/gpt2"'),
  });
  if (id === undefined) return;
  const server = vscode.workspace.getConfiguration('instruct').get<string>('models.endpoint', '');
  const from = [
    ...['add-model', id, '--download', '--project', project.path],
    ...(server === '' ? [] : ['--endpoint', server]),
  ];
  const { plan } = await withProgress(l10n.t`Asking for ${id}`, (signal) =>
    ask({ argv: [...from, '--dry-run'], answer: downloadPlanSchema, signal }),
  );
  if (!(await agreed(plan))) return;
  const name = await askName(path.posix.basename(id));
  if (name === undefined) return;
  const { added } = await withProgress(l10n.t`Downloading ${id}`, (signal, report) => {
    let told = 0;
    return ask({
      argv: [...from, '--name', name, '--revision', plan.revision, '--progress'],
      answer: addedModelSchema,
      signal,
      onMessage: (line) => {
        const arrived = progressOf(line);
        if (arrived === undefined || arrived.of === 0) return;
        const percent = (100 * arrived.bytes) / arrived.of;
        const message = l10n.t`${inBytes(arrived.bytes)} of ${inBytes(arrived.of)}`;
        report.report({ message, increment: percent - told });
        told = percent;
      },
    });
  });
  tell(project, added);
}

/** Nothing is fetched before this is answered. */
async function agreed({ id, licence, bytes, files, revision }: DownloadPlan): Promise<boolean> {
  const download = l10n.t`Download ${inBytes(bytes)}`;
  const detail = [
    licence === null ? l10n.t('Licence: its card states none.') : l10n.t`Licence: ${licence}.`,
    l10n.t`${inBytes(bytes)} in ${files.length} files, commit ${revision.slice(0, 8)}.`,
    l10n.t('A download that is broken off goes on where it was.'),
  ].join('\n');
  const options = { modal: true, detail };
  return (
    (await vscode.window.showInformationMessage(l10n.t`Download ${id}?`, options, download)) ===
    download
  );
}

function askName(value: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: l10n.t('Name of the Model'),
    prompt: l10n.t('Its folder in models/'),
    value,
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^\w[\w.-]*$/.test(text) ? undefined : l10n.t('Letters, digits, ".", "-" and "_"'),
  });
}

function tell(project: ProjectFolder, added: AddedModel): void {
  project.modelsChanged();
  const size = `${(added.parameters / 1e6).toFixed(1)} M`;
  const licence = added.licence ?? l10n.t('not stated');
  const words = l10n.t`${added.model}: ${size} parameters, licence ${licence}`;
  void vscode.window.setStatusBarMessage(`$(check) ${words}`, 8000);
}

type Report = vscode.Progress<{ message?: string; increment?: number }>;

async function withProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: Report) => Promise<T>,
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress(
    { location, title, cancellable: true },
    async (report, token) => {
      const abort = new AbortController();
      const listening = token.onCancellationRequested(() => abort.abort());
      try {
        return await work(abort.signal, report);
      } catch (thrown) {
        if (abort.signal.aborted) throw new vscode.CancellationError();
        throw thrown;
      } finally {
        listening.dispose();
      }
    },
  );
}

function progressOf(line: string): { bytes: number; of: number } | undefined {
  try {
    return downloadProgressSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // words for people
  }
}
