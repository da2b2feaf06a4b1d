/**
 * Import in the editor: files are chosen, dropped or named; a read-only page shows what they would
 * add; nothing is written before the user says so there. The work is the command line's.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { formats } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { importReportSchema, type ImportReport } from '../../protocol/exchangeReport.ts';
import { projectFileName } from '../../protocol/project.ts';
import { Disposables } from '../disposables.ts';
import type { AskStudio } from '../studioCommand.ts';
import { askForRows } from './askForRows.ts';
import { importInWords, importPreview, recordsToAdd, type Preview } from './importPreview.ts';

/** The scheme of the preview pages. */
export const importScheme = 'instruct-import';

/** What imports need. */
export interface ImporterTools {
  /** The open project's folder, if there is one. */
  readonly projectPath: () => string | undefined;
  readonly ask: AskStudio;
  /** Takes in files of records that were written, relative to the project. */
  readonly taken: () => Promise<void>;
}

/** An import that waits for the user's word. */
interface Pending {
  readonly files: readonly string[];
  readonly project: string;
  readonly format: string | undefined;
  readonly ids: 'hash' | 'drop';
  readonly report: ImportReport;
  readonly page: Preview;
}

/** See the file's header. */
export class Importer implements vscode.Disposable {
  private readonly tools: ImporterTools;
  private readonly owned = new Disposables();
  private readonly changed = this.owned.add(new vscode.EventEmitter<vscode.Uri>());
  private readonly lensesChanged = this.owned.add(new vscode.EventEmitter<void>());
  private readonly pending = new Map<string, Pending>();
  private count = 0;

  constructor(tools: ImporterTools) {
    this.tools = tools;
    const { languages, window, workspace } = vscode;
    const selector = { scheme: importScheme };
    this.owned.add(
      workspace.registerTextDocumentContentProvider(importScheme, {
        onDidChange: this.changed.event,
        provideTextDocumentContent: (uri) =>
          this.pending.get(String(uri))?.page.text ?? `# ${l10n.t('This import is over')}\n`,
      }),
    );
    this.owned.add(
      languages.registerCodeLensProvider(selector, {
        onDidChangeCodeLenses: this.lensesChanged.event,
        provideCodeLenses: ({ uri }) => this.lenses(uri),
      }),
    );
    this.owned.add(
      languages.registerDocumentLinkProvider(selector, {
        provideDocumentLinks: ({ uri }) => this.links(uri),
      }),
    );
    this.owned.add(
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) {
          if (input instanceof vscode.TabInputText) this.pending.delete(String(input.uri));
        }
      }),
    );
  }

  /** Shows what files would add; asks for them when none is given. */
  async preview(given: readonly vscode.Uri[]): Promise<void> {
    const files = given.length > 0 ? given : await chooseFiles();
    if (files === undefined || files.length === 0) return;
    const project = this.tools.projectPath() ?? (await chooseProjectFolder());
    if (project === undefined) return;
    const paths = files.map(({ fsPath }) => fsPath);
    const import_ = await this.read({ files: paths, project, format: undefined, ids: 'hash' });
    const name = paths.length === 1 ? path.basename(paths[0]) : l10n.t`${paths.length} files`;
    const uri = vscode.Uri.from({
      scheme: importScheme,
      path: `/${l10n.t`Import ${name.replaceAll('/', ' ')}`}`,
      query: String(++this.count),
    });
    this.pending.set(String(uri), import_);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, 'markdown');
    await vscode.window.showTextDocument(document, { preview: false });
  }

  /** Writes what a page shows, and closes it. */
  async apply(argument: unknown): Promise<void> {
    const [uri, { files, project, format, ids }] = this.expect(argument);
    const isOpen = this.tools.projectPath() === project;
    const report = await this.askFor({ files, project, format, ids }, false);
    await closePage(uri);
    if (isOpen) await this.tools.taken();
    const words = importInWords(report);
    const bad = report.files.reduce((sum, { badRows }) => sum + badRows, 0);
    const said = [
      words === '' ? l10n.t('Nothing was new: nothing was written.') : l10n.t`Imported ${words}.`,
      ...(bad === 0 ? [] : [l10n.t`${bad} rows with problems were left out.`]),
    ].join(' ');
    if (report.created && vscode.workspace.workspaceFolders === undefined) {
      await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(project));
      return;
    }
    void vscode.window.showInformationMessage(said);
  }

  /** Reads the files of a page again as another format. */
  async changeFormat(argument: unknown): Promise<void> {
    const [uri, import_] = this.expect(argument);
    const found = '';
    const items = [
      { label: l10n.t('By the Shape of the Rows'), description: '', value: found },
      ...formats.map(({ name, title }) => ({ label: title, description: name, value: name })),
    ];
    const title = l10n.t('Format of the Files');
    const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
    if (chosen === undefined) return;
    const format = chosen.value === found ? undefined : chosen.value;
    await this.replace(uri, { ...import_, format });
  }

  /** Leaves the ids of persons out, or takes them in again as names that say nothing of them. */
  async changeIds(argument: unknown): Promise<void> {
    const [uri, import_] = this.expect(argument);
    await this.replace(uri, { ...import_, ids: import_.ids === 'hash' ? 'drop' : 'hash' });
  }

  /** Closes a page; nothing is written. */
  async cancel(argument: unknown): Promise<void> {
    await closePage(this.expect(argument)[0]);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private async replace(uri: vscode.Uri, wanted: ImportRequest): Promise<void> {
    this.pending.set(String(uri), await this.read(wanted));
    this.changed.fire(uri);
    this.lensesChanged.fire();
  }

  private async read({ files, project, format, ids }: ImportRequest): Promise<Pending> {
    const report = await this.askFor({ files, project, format, ids }, true);
    const isNew = !existsSync(path.join(project, projectFileName));
    const page = importPreview(report, { isNew, ids });
    return { files, project, format, ids, report, page };
  }

  private askFor(
    { files, project, format, ids }: ImportRequest,
    isDry: boolean,
  ): Promise<ImportReport> {
    const argv = [
      'import',
      ...files,
      '--project',
      project,
      ...(format === undefined ? [] : ['--format', format]),
      ...(ids === 'drop' ? ['--drop-ids'] : []),
      ...(isDry ? ['--dry-run'] : []),
    ];
    const title = isDry ? l10n.t('Reading') : l10n.t('Importing');
    return askForRows(title, this.tools.ask, { argv, answer: importReportSchema });
  }

  private lenses(uri: vscode.Uri): vscode.CodeLens[] {
    const import_ = this.pending.get(String(uri));
    if (import_ === undefined) return [];
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (title: string, command: string): vscode.CodeLens =>
      new vscode.CodeLens(top, { title, command: `instruct.${command}`, arguments: [uri] });
    const count = recordsToAdd(import_.report);
    const [first] = import_.report.files;
    const format = import_.format ?? first.format?.name ?? l10n.t('none fits');
    return [
      ...(count === 0
        ? []
        : [
            lens(`$(check) ${l10n.t`Import ${count.toLocaleString('en')} Records`}`, 'applyImport'),
          ]),
      lens(`$(symbol-structure) ${l10n.t`Format: ${format}…`}`, 'changeImportFormat'),
      lens(
        import_.ids === 'hash' ? l10n.t('Leave Out Ids') : l10n.t('Take Ids in as Names'),
        'changeImportIds',
      ),
      lens(`$(close) ${l10n.t('Cancel')}`, 'cancelImport'),
    ];
  }

  private links(uri: vscode.Uri): vscode.DocumentLink[] {
    const links = this.pending.get(String(uri))?.page.links ?? [];
    return links.map(({ line, length, path: file, at }) => {
      const target = vscode.Uri.file(file).with({ fragment: `L${at.line},${at.column}` });
      return new vscode.DocumentLink(new vscode.Range(line, 0, line, length), target);
    });
  }

  /** The page that an argument names, else the one in the active editor. */
  private expect(argument: unknown): [vscode.Uri, Pending] {
    const active = vscode.window.activeTextEditor?.document.uri;
    const uri = argument instanceof vscode.Uri ? argument : active;
    const import_ = this.pending.get(String(uri));
    if (uri !== undefined && import_ !== undefined) return [uri, import_];
    throw new InstructError({
      code: 'bad-argument',
      message: l10n.t('There is no import to go on with.'),
      remedy: l10n.t('Choose the files anew with "Instruct: Import…".'),
    });
  }
}

type ImportRequest = Pick<Pending, 'files' | 'project' | 'format' | 'ids'>;

async function chooseFiles(): Promise<vscode.Uri[] | undefined> {
  return vscode.window.showOpenDialog({
    title: l10n.t('Import'),
    openLabel: l10n.t('Preview'),
    canSelectMany: true,
    filters: {
      [l10n.t('Data (JSONL, JSON, CSV, Parquet, gzip)')]: [
        'jsonl',
        'json',
        'csv',
        'tsv',
        'parquet',
        'gz',
      ],
      [l10n.t('All Files')]: ['*'],
    },
  });
}

/** Where the project is to be made: the open folder, or one that is asked for. */
async function chooseProjectFolder(): Promise<string | undefined> {
  const open = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  if (open !== undefined) return open.uri.fsPath;
  const picked = await vscode.window.showOpenDialog({
    title: l10n.t('Where to Create the Project'),
    openLabel: l10n.t('Create Here'),
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return picked?.at(0)?.fsPath;
}

async function closePage(uri: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) => input instanceof vscode.TabInputText && String(input.uri) === String(uri),
    );
  await vscode.window.tabGroups.close(tabs);
}
