// What the suites know of the extension and its project.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { RunInfo, StudioApi } from '../../src/host/studioApi.ts';
import type { TreeNode } from '../../src/host/views/treeNode.ts';
import { eventually } from './harness/suite.ts';

/** The extension, which must be known to the editor. */
export function extension(): vscode.Extension<StudioApi> {
  const found = vscode.extensions.getExtension<StudioApi>('instruct-studio.instruct-studio');
  assert.ok(found !== undefined);
  return found;
}

/** The extension's API, once its project is read. */
export async function studio(): Promise<StudioApi> {
  const api = await extension().activate();
  await api.ready();
  return api;
}

/** The folder that the window shows. */
export function folder(): string {
  const first = vscode.workspace.workspaceFolders?.at(0);
  assert.ok(first !== undefined);
  return first.uri.fsPath;
}

/** A file of the project as text. */
export function read(file: string): Promise<string> {
  return readFile(path.join(folder(), file), 'utf8');
}

/** Replaces a file of the project, runs the body, and puts the file back. */
export async function withFile(
  file: string,
  content: string,
  body: () => Promise<void>,
): Promise<void> {
  const before = await read(file);
  await writeFile(path.join(folder(), file), content);
  try {
    await body();
  } finally {
    await writeFile(path.join(folder(), file), before);
  }
}

/** How many records a folder of the project has, counted by their lines. */
export async function countLines(files: readonly string[]): Promise<number> {
  let lines = 0;
  for (const file of files) {
    lines += (await read(file)).split('\n').filter((line) => line.trim() !== '').length;
  }
  return lines;
}

/** The files of a folder of the project. */
export async function filesIn(name: string): Promise<string[]> {
  const uri = vscode.Uri.file(path.join(folder(), name));
  const entries = await vscode.workspace.fs.readDirectory(uri);
  return entries.map(([file]) => `${name}/${file}`).filter((file) => file.endsWith('.jsonl'));
}

/** The row of a view with this label, at any depth. */
export function rowOf(rows: readonly TreeNode[], label: string): TreeNode | undefined {
  for (const row of rows) {
    if (row.label === label) return row;
    const below = rowOf(row.children ?? [], label);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** Waits for a run to be in a state and returns it. */
export async function runIn(
  api: StudioApi,
  state: RunInfo['state'],
  id: string,
  timeoutMs = 60_000,
): Promise<RunInfo> {
  return eventually(
    `the run ${id} to be ${state}`,
    () => api.runs().find((run) => run.id === id && run.state === state),
    timeoutMs,
  );
}

/** The problems that the extension reports of a file of the project. */
export function diagnosticsOf(file: string): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(vscode.Uri.file(path.join(folder(), file)))
    .filter(({ source }) => source === 'Instruct');
}
