/** Prompts as read-only files of their own scheme: they survive a reload as any editor does. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { DemonstrationTask } from './demonstrationSession.ts';

/** The scheme of a prompt's document, for `onFileSystem:` activation. */
export const promptScheme = 'instruct-prompt';

/** See the file's header. */
export class PromptFiles implements vscode.FileSystemProvider {
  private readonly find: (promptId: string) => Promise<DemonstrationTask | undefined>;
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;

  constructor(find: (promptId: string) => Promise<DemonstrationTask | undefined>) {
    this.find = find;
  }

  /** The document of a prompt. */
  static uri(promptId: string): vscode.Uri {
    return vscode.Uri.from({
      scheme: promptScheme,
      path: `/${l10n.t('Prompt')}.md`,
      query: promptId,
    });
  }

  /** The prompt of a document. */
  static promptId(uri: vscode.Uri): string {
    return uri.query;
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const task = await this.find(PromptFiles.promptId(uri));
    if (task === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(task.prompt);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { byteLength } = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: byteLength };
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined); // a prompt does not change while it is answered
  }

  readDirectory(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  writeFile(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): never {
    throw vscode.FileSystemError.NoPermissions();
  }
}
