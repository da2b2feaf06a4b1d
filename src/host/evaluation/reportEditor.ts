/** The editor of evaluation reports: the page that the trainer writes too, in the editor's colours. */
import path from 'node:path';
import * as vscode from 'vscode';
import { writeReport } from '../../data/index.ts';
import { toErrorData } from '../../protocol/errors.ts';
import { Disposables } from '../disposables.ts';
import { readReport } from './reportFile.ts';

/** The view type, as the manifest has it. */
export const reportViewType = 'instruct.evaluationReport';

/** Shows a report or a comparison. */
export async function openReportFile(file: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), reportViewType);
}

/** Registers the editor; a report that is written again is shown again. */
export function registerReportEditor(report: (thrown: unknown) => void): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(
    reportViewType,
    {
      openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
      resolveCustomEditor: async ({ uri }, panel) => {
        const owned = new Disposables();
        owned.add(panel.onDidDispose(() => owned.dispose()));
        panel.webview.options = { enableScripts: false, localResourceRoots: [] };
        const show = async (): Promise<void> => {
          panel.webview.html = await pageOf(uri.fsPath);
        };
        const folder = vscode.Uri.joinPath(uri, '..');
        const pattern = new vscode.RelativePattern(folder, path.basename(uri.fsPath));
        const watcher = owned.add(vscode.workspace.createFileSystemWatcher(pattern));
        owned.add(watcher.onDidChange(() => void show().catch(report)));
        await show();
      },
    },
    { supportsMultipleEditorsPerDocument: true },
  );
}

/** The page, or why there is none. */
async function pageOf(file: string): Promise<string> {
  try {
    return writeReport(await readReport(file)).html;
  } catch (thrown) {
    const { message, remedy } = toErrorData(thrown);
    const text = `${message} ${remedy}`.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>Report</title></head><body><main><h1>No report</h1><p>${text}</p></main></body></html>`;
  }
}
