/** Pages that are made when they are looked at, shown by the editor's own Markdown preview. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { Disposables } from './disposables.ts';

const scheme = 'instruct-page';

/** See the file's header. */
export class Pages implements vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly changed = this.owned.add(new vscode.EventEmitter<vscode.Uri>());
  private readonly makers = new Map<string, () => Promise<string>>();

  constructor() {
    const provider: vscode.TextDocumentContentProvider = {
      onDidChange: this.changed.event,
      provideTextDocumentContent: (uri) =>
        this.makers.get(uri.path)?.() ?? `${l10n.t('This page was of an earlier window.')}\n`,
    };
    this.owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
  }

  /** Opens the page of a name, made anew. What `make` throws rejects here, and nothing opens. */
  async show(name: string, make: () => Promise<string>): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${name.replaceAll(/[/\\]/g, ' ')}.md` });
    let first: string | undefined = await make();
    this.makers.set(uri.path, async () => {
      const text = first ?? (await make());
      first = undefined;
      return text;
    });
    this.changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.owned.dispose();
  }
}
