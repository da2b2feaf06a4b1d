/** A webview panel in the editor area: its page, its policy, and its end of the contract. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { PanelContract } from '../protocol/panels.ts';
import { Disposables } from './disposables.ts';
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
    webview.html = page(webview, root, kind.entry, panel.title);
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

/** Only attributes made here are interpolated: no text of the workspace enters the page as HTML. */
function page(webview: vscode.Webview, root: vscode.Uri, entry: string, title: string): string {
  const nonce = randomBytes(16).toString('base64url');
  const resource = (name: string) =>
    escapeAttribute(webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString());
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeAttribute(title)}</title>
<link rel="stylesheet" href="${resource(`${entry}.css`)}">
</head>
<body>
<script type="module" nonce="${nonce}" src="${resource(`${entry}.js`)}"></script>
</body>
</html>`;
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
