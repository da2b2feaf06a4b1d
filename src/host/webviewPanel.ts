/** A webview panel in the editor area: its page, its policy, and its end of the contract. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { PanelContract } from '../protocol/panels.ts';
import { Disposables } from './disposables.ts';
import { webviewPanelPage } from './webviewPanelPage.ts';
import { PanelServer, type PanelHandlers } from './webviewPanelServer.ts';

/** What makes a panel of one kind. */
export interface WebviewPanelKind<C extends PanelContract> {
  readonly contract: C;
  /** Also the name of the bundle: `dist/webview/<entry>.js` and `.css`. */
  readonly entry: string;
  readonly extensionUri: vscode.Uri;
  readonly report: (thrown: unknown) => void;
}

/** A panel that is open. Ends with its panel, or is ended by `dispose`, which closes the panel. */
export class WebviewPanelHost<C extends PanelContract> {
  readonly panel: vscode.WebviewPanel;
  readonly server: PanelServer<C>;
  private readonly owned = new Disposables();

  /** Takes over a panel that was just created or restored, and loads its page. */
  constructor(
    kind: WebviewPanelKind<C>,
    panel: vscode.WebviewPanel,
    handlers: PanelHandlers<C>,
    onClosed: () => void,
  ) {
    const { webview } = panel;
    this.panel = panel;
    this.server = new PanelServer(
      kind.contract,
      handlers,
      (message) => void webview.postMessage(message).then(undefined, kind.report),
      kind.report,
    );
    this.owned.add(webview.onDidReceiveMessage((message) => void this.server.receive(message)));
    this.owned.add(
      panel.onDidDispose(() => {
        this.owned.dispose();
        onClosed();
      }),
    );
    const root = vscode.Uri.joinPath(kind.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    const resource = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
    webview.html = webviewPanelPage({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      title: panel.title,
      translations: vscode.l10n.bundle && {
        language: vscode.env.language,
        sentences: vscode.l10n.bundle,
      },
      script: resource(`${kind.entry}.js`),
      style: resource(`${kind.entry}.css`),
    });
  }

  /** Whether messages reach the webview; a hidden one asks for a snapshot when it is shown. */
  get visible(): boolean {
    return this.panel.visible;
  }

  /** Registers what ends with the panel. */
  own<T extends { dispose(): unknown }>(item: T): T {
    return this.owned.add(item);
  }

  dispose(): void {
    this.panel.dispose();
  }
}
