/** Files dropped on the Dataset view are imported. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TreeNode } from '../views/treeNode.ts';

/** See the file's header; `take` is given the files that were dropped. */
export class DatasetDrop implements vscode.TreeDragAndDropController<TreeNode> {
  readonly dropMimeTypes = ['text/uri-list', 'files'];
  readonly dragMimeTypes = [];
  private readonly take: (files: readonly vscode.Uri[]) => void;

  constructor(take: (files: readonly vscode.Uri[]) => void) {
    this.take = take;
  }

  async handleDrop(_target: TreeNode | undefined, dropped: vscode.DataTransfer): Promise<void> {
    const files = await droppedFiles(dropped);
    if (files.length > 0) this.take(files);
  }
}

/** The files on disk that were dropped. What a browser gives without a place is put into one. */
async function droppedFiles(dropped: vscode.DataTransfer): Promise<vscode.Uri[]> {
  const list = (await dropped.get('text/uri-list')?.asString()) ?? '';
  const named = list
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => vscode.Uri.parse(line, true))
    .filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-remote')
    .map(({ path: file }) => vscode.Uri.file(file));
  if (named.length > 0) return named;
  const files: vscode.Uri[] = [];
  for (const [, item] of dropped) {
    const file = item.asFile();
    if (file === undefined) continue;
    if (file.uri !== undefined) files.push(file.uri);
    else {
      const folder = await mkdtemp(path.join(tmpdir(), 'instruct-dropped-'));
      const place = path.join(folder, path.basename(file.name));
      await writeFile(place, await file.data());
      files.push(vscode.Uri.file(place));
    }
  }
  return files;
}
