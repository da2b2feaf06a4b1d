// A panel's webview in a plain browser page, with the page, the policy and the messages that the editor would give it, and a
// host made of the extension's own classes. Faster than a workbench, and the four themes can be looked at in a row.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { root } from '../../../scripts/stages/stage.ts';
import { webviewPanelPage } from '../../../src/host/webviewPanelPage.ts';
import type { ToWebview } from '../../../src/protocol/panels.ts';

/** The themes of VS Code that every panel must look right in. */
export const themes = {
  light: { id: 'Default Light Modern', body: 'vscode-light' },
  dark: { id: 'Default Dark Modern', body: 'vscode-dark' },
  highContrast: { id: 'Default High Contrast', body: 'vscode-high-contrast' },
  highContrastLight: {
    id: 'Default High Contrast Light',
    body: 'vscode-high-contrast vscode-high-contrast-light',
  },
} as const;
/** A key of {@link themes}. */
export type Theme = keyof typeof themes;

/** A panel on a page. */
export interface PanelPage {
  readonly page: Page;
  /** Violations of the policy, errors of the page and of its console, so far. */
  readonly complaints: readonly string[];
  /** Sends a message of the host. */
  post(message: ToWebview): void;
  close(): Promise<void>;
}

/** What a panel's page is made with. */
export interface PanelPageOptions {
  readonly browser: Browser;
  /** The panel's folder in webview/. */
  readonly entry: string;
  readonly theme: Theme;
  readonly viewport: { readonly width: number; readonly height: number };
  /** Takes what the webview says. */
  readonly receive: (message: unknown) => void;
  /** What the webview kept before a reload. */
  readonly state?: unknown;
}

const origin = 'http://panel.test';

declare global {
  interface Window {
    sendToHost(message: unknown): void;
    /** What the webview keeps for a reload. */
    panelState(): unknown;
  }
}

/** Opens a panel. `receive` may be called before this resolves. */
export async function openPanelPage(options: PanelPageOptions): Promise<PanelPage> {
  const { browser, entry, theme, viewport, receive, state } = options;
  const files = await bundle(entry);
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const variables = await themeVariables(theme);
  // They end with the context.
  await Promise.all([
    page.exposeFunction('sendToHost', receive),
    page.addInitScript(playEditor, { variables, bodyClass: themes[theme].body, state }),
    page.route(`${origin}/**`, async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      const body = files.get(name);
      if (body === undefined) await route.fulfill({ status: 404 });
      else await route.fulfill({ body, contentType: contentTypes.get(path.extname(name)) ?? '' });
    }),
  ]);
  await page.goto(`${origin}/index.html`);
  return {
    page,
    complaints,
    post: (message) => {
      void page
        .evaluate((data) => window.postMessage(data, '*'), message)
        .catch((thrown: unknown) => complaints.push(String(thrown)));
    },
    close: () => context.close(),
  };
}

const contentTypes = new Map([
  ['.html', 'text/html'],
  ['.js', 'text/javascript'],
  ['.css', 'text/css'],
]);

/** A page that needs no host, such as a report, in the colours of a theme. */
export async function openPlainPage(
  browser: Browser,
  html: string,
  theme: Theme,
): Promise<{ readonly page: Page; close(): Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 } });
  const page = await context.newPage();
  await page.setContent(html);
  const variables = await themeVariables(theme);
  await page.evaluate(playEditor, { variables, bodyClass: themes[theme].body });
  return { page, close: () => context.close() };
}

async function bundle(entry: string): Promise<Map<string, string>> {
  const built = await build({
    entryPoints: { [entry]: path.join(root, 'webview', entry, 'main.ts') },
    outdir: '/',
    bundle: true,
    write: false,
    format: 'esm',
    target: 'chrome130',
    logLevel: 'warning',
  });
  const files = new Map(built.outputFiles.map((file) => [path.basename(file.path), file.text]));
  files.set(
    'index.html',
    webviewPanelPage({
      cspSource: origin,
      nonce: 'test',
      title: entry,
      translations: undefined,
      script: `${origin}/${entry}.js`,
      style: `${origin}/${entry}.css`,
    }),
  );
  return files;
}

async function themeVariables(theme: Theme): Promise<Record<string, string>> {
  const text = await readFile(path.join(import.meta.dirname, 'themes.json'), 'utf8');
  const all = JSON.parse(text) as Record<string, Record<string, string>>; // made by ourselves
  const variables = all[themes[theme].id];
  return {
    ...variables,
    '--vscode-font-family': 'system-ui, "Liberation Sans", sans-serif',
    '--vscode-font-size': '13px',
    '--vscode-font-weight': 'normal',
  };
}

/** Runs in the page, before its own scripts: what VS Code does to a webview. */
function playEditor(given: {
  variables: Record<string, string>;
  bodyClass: string;
  state?: unknown;
}): void {
  const state: { value: unknown } = { value: given.state };
  const apply = () => {
    for (const [name, value] of Object.entries(given.variables)) {
      document.documentElement.style.setProperty(name, value);
    }
    document.body.className = given.bodyClass;
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', apply);
  else apply();
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`policy: ${event.violatedDirective} blocked ${event.blockedURI}`);
  });
  Object.assign(globalThis, {
    panelState: () => state.value,
    acquireVsCodeApi: () => ({
      postMessage: (message: unknown) => {
        window.sendToHost(message);
      },
      setState: (value: unknown) => {
        state.value = value;
      },
      getState: () => state.value,
    }),
  });
}
