/**
 * The prompt table as an editor of `prompts/*.jsonl`. Up to 20 MB it edits the editor's own text
 * document, so that undo, save, hot exit, git and a text editor beside it work as everywhere;
 * larger files are read page by page.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { InstructError } from '../../protocol/errors.ts';
import {
  mostEditableBytes,
  promptTableContract,
  type PromptCounts,
} from '../../protocol/promptTable.ts';
import { Disposables } from '../disposables.ts';
import { WebviewPanelHost, type WebviewPanelKind } from '../webviewPanel.ts';
import type { PanelHandlers } from '../webviewPanelServer.ts';
import { FileTable } from './fileTable.ts';
import { editLine, editLines } from './promptEdits.ts';
import { TableModel, type LineChange } from './tableModel.ts';

/** The editor of files that fit a document. */
export const promptTableViewType = 'instruct.promptTable';
/** The reader of larger files. */
export const promptPagesViewType = 'instruct.promptPages';

/** What the table needs. */
export interface PromptTableTools {
  readonly extensionUri: vscode.Uri;
  readonly report: (thrown: unknown) => void;
}

type Contract = typeof promptTableContract;
type Handlers = PanelHandlers<Contract>;

/** Opens a file in the table, in the form that its size wants. */
export async function openPromptTable(uri: vscode.Uri): Promise<void> {
  const { size } = await stat(uri.fsPath);
  const viewType = size > mostEditableBytes ? promptPagesViewType : promptTableViewType;
  await vscode.commands.executeCommand('vscode.openWith', uri, viewType);
}

/** Registers both editors. */
export function registerPromptTable(tools: PromptTableTools): Disposables {
  const owned = new Disposables();
  const options = { supportsMultipleEditorsPerDocument: true };
  const kind: WebviewPanelKind<Contract> = {
    contract: promptTableContract,
    entry: 'prompts',
    ...tools,
  };
  owned.add(
    vscode.window.registerCustomEditorProvider(
      promptTableViewType,
      { resolveCustomTextEditor: (document, panel) => editDocument(kind, document, panel) },
      options,
    ),
  );
  owned.add(
    vscode.window.registerCustomEditorProvider(
      promptPagesViewType,
      {
        openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
        resolveCustomEditor: ({ uri }, panel) => readPages(kind, uri, panel),
      },
      options,
    ),
  );
  return owned;
}

async function editDocument(
  kind: WebviewPanelKind<Contract>,
  document: vscode.TextDocument,
  panel: vscode.WebviewPanel,
): Promise<void> {
  const large = document.uri.scheme === 'file' && (await sizeOf(document.uri)) > mostEditableBytes;
  if (large) {
    await readPages(kind, document.uri, panel);
    return;
  }
  const model = new TableModel(
    () => performance.now(),
    async () => {
      await nextTurn();
    },
  );
  const loaded = model.load(linesOf(document));
  const handlers: Handlers = {
    query: async (query): Promise<PromptCounts> => {
      await loaded;
      return model.choose(query);
    },
    rows: ({ from, count }) => Promise.resolve(model.rowsAt(from, count)),
    lines: () => Promise.resolve({ lines: [...model.lines()] }),
    text: ({ line }) => Promise.resolve({ text: model.at(line)?.text ?? '' }),
    edit: async ({ line, id, changes }) => {
      await editLine(document, line, id, changes);
      return {};
    },
    bulk: async ({ lines, changes }) => ({ changed: await editLines(document, lines, changes) }),
    openText: ({ line }) => openText(document.uri, line),
  };
  const host = new WebviewPanelHost(kind, panel, handlers, () => undefined);
  host.own(
    vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document !== document || event.contentChanges.length === 0) return;
      for (const change of event.contentChanges) model.change(lineChange(document, change));
      if (event.contentChanges.length > 1) void model.load(linesOf(document)).then(told);
      else void model.again().then(told);
    }),
  );
  const told = (): void => host.server.send({ type: 'changed' });
}

async function readPages(
  kind: WebviewPanelKind<Contract>,
  uri: vscode.Uri,
  panel: vscode.WebviewPanel,
): Promise<void> {
  const table = await FileTable.open(uri.fsPath);
  const refuse = (): Promise<never> =>
    Promise.reject(
      new InstructError({
        code: 'bad-argument',
        message: l10n.t`${path.basename(uri.fsPath)} is too large to be edited in the table.`,
        remedy: l10n.t('Split it into files of less than 20 MB.'),
        place: { path: uri.fsPath },
      }),
    );
  const handlers: Handlers = {
    query: (query) => table.choose(query),
    rows: ({ from, count }) => table.rowsAt(from, count),
    lines: refuse,
    text: async ({ line }) => ({ text: await table.text(line) }),
    edit: refuse,
    bulk: refuse,
    openText: ({ line }) => openText(uri, line),
  };
  const host = new WebviewPanelHost(kind, panel, handlers, () => undefined);
  const folder = vscode.Uri.joinPath(uri, '..');
  const pattern = new vscode.RelativePattern(folder, path.basename(uri.fsPath));
  const watcher = host.own(vscode.workspace.createFileSystemWatcher(pattern));
  host.own(
    watcher.onDidChange(() => {
      void table.reload().then(() => host.server.send({ type: 'changed' }), kind.report);
    }),
  );
}

async function openText(uri: vscode.Uri, line: number | undefined): Promise<Record<string, never>> {
  const at = new vscode.Position(line ?? 0, 0);
  const selection = line === undefined ? {} : { selection: new vscode.Range(at, at) };
  await vscode.commands.executeCommand('vscode.openWith', uri, 'default', selection);
  return {};
}

function* linesOf(document: vscode.TextDocument): Generator<string> {
  for (let line = 0; line < document.lineCount; line++) yield document.lineAt(line).text;
}

/** The lines that a change touched, as they are now. */
function lineChange(
  document: vscode.TextDocument,
  { range, text }: vscode.TextDocumentContentChangeEvent,
): LineChange {
  const added = text.split('\n').length;
  const lines = Array.from({ length: added }, (_, at) => range.start.line + at)
    .filter((line) => line < document.lineCount)
    .map((line) => document.lineAt(line).text);
  return { start: range.start.line, removed: range.end.line - range.start.line + 1, lines };
}

async function sizeOf(uri: vscode.Uri): Promise<number> {
  try {
    return (await stat(uri.fsPath)).size;
  } catch {
    return 0; // a file that is not saved yet
  }
}
