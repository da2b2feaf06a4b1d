/** Saving something that the extension made, where the user wants it. */
import path from 'node:path';
import * as vscode from 'vscode';

/** A file that does not exist yet. */
export interface NewFile {
  /** Suggested name with its ending. */
  readonly name: string;
  /** What the dialog calls files of this kind. */
  readonly kind: string;
  readonly bytes: Uint8Array;
}

/** Asks where and writes; does nothing when the user gives up. */
export async function saveAs({ name, kind, bytes }: NewFile): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.at(0)?.uri;
  const target = await vscode.window.showSaveDialog({
    filters: { [kind]: [path.extname(name).slice(1)] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, bytes);
}
