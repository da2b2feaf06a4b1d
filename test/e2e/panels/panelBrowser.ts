// What the walks through single panels share: opening one with a host in memory, axe, and a look at the width.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Frame, Page } from 'playwright-core';
import { launchBrowser } from '../../../scripts/editor/workbenchPage.ts';
import { results } from '../../../scripts/stages/stage.ts';
import type { ToWebview as PanelMessage } from '../../../src/protocol/panels.ts';
import { openPanelPage, openPlainPage, type PanelPage, type Theme } from './panelPage.ts';

/** An editor group that has the window to itself. */
export const wide = { width: 1200, height: 800 };
/** A side bar. */
export const narrow = { width: 300, height: 700 };
/** What is left of {@link wide} at a zoom of 200 %. */
export const zoomed = { width: 600, height: 400 };

declare global {
  interface Window {
    readonly axe: { run(root: Document | string, options: unknown): Promise<AxeResults> };
  }
}

/** A panel that is open, and its host. */
export interface OpenPanel<H> {
  readonly host: H;
  readonly panel: PanelPage;
  readonly page: Page;
}

/** A browser for the panels of one test file. */
export class PanelBrowser implements AsyncDisposable {
  private browser: Browser | undefined;
  private axe = '';

  /** Starts the browser. */
  async start(): Promise<void> {
    this.browser = await launchBrowser();
    this.axe = await readFile(
      createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
      'utf8',
    );
    await mkdir(path.join(results, 'screenshots'), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser?.close();
  }

  /** Opens a panel whose host is made by `make`; messages wait until both stand. */
  async open<H extends { receive(message: unknown): void }>(
    entry: string,
    theme: Theme,
    viewport: { width: number; height: number },
    make: (post: (message: PanelMessage) => void) => H,
  ): Promise<OpenPanel<H>> {
    const { browser } = this;
    assert.ok(browser !== undefined, 'open: expected a browser that was started');
    const link: { panel?: PanelPage; waiting: PanelMessage[] } = { waiting: [] };
    const host = make((message) => {
      if (link.panel === undefined) link.waiting.push(message);
      else link.panel.post(message);
    });
    const receive = (message: unknown) => host.receive(message);
    const panel = await openPanelPage({ browser, entry, theme, viewport, receive });
    link.panel = panel;
    for (const message of link.waiting) panel.post(message);
    return { host, panel, page: panel.page };
  }

  /** Opens a page without a host, as {@link openPlainPage} does. */
  async openPlain(html: string, theme: Theme): Promise<OpenPanel<undefined>> {
    assert.ok(this.browser !== undefined, 'openPlain: expected a browser that was started');
    const opened = await openPlainPage(this.browser, html, theme);
    const { page } = opened;
    const close = () => opened.close();
    return { host: undefined, page, panel: { page, close, complaints: [], post: () => undefined } };
  }

  /** The page is no wider than its window, axe finds nothing, and nothing complained. */
  async expectSound({ panel, page }: Pick<OpenPanel<unknown>, 'panel' | 'page'>): Promise<void> {
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(overflow, 0, 'the page scrolls sideways');
    await page.evaluate(this.axe);
    const found = await page.evaluate(async () => {
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      return window.axe.run(document, { runOnly: tags });
    });
    const violations = found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html}`),
    );
    assert.deepEqual(violations, []);
    assert.deepEqual(panel.complaints, []);
  }
}

/**
 * What axe finds in a webview of the real editor. The role that the editor itself gives to the body of every
 * webview is not ours (microsoft/vscode#321616). A page of Markdown has only its `.markdown-body` from us: name that as `part`.
 */
export async function frameViolations(frame: Frame, part?: string): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await frame.evaluate(axe);
  const found = await frame.evaluate(async (selector) => {
    // A page of Markdown is transparent above the editor, whose colour axe does not see through it.
    if (selector !== undefined) {
      document.documentElement.style.background = 'var(--vscode-editor-background)';
    }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    return window.axe.run(selector ?? document, { runOnly: tags });
  }, part);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.filter(({ html }) => !html.startsWith('<body')).map(({ html }) => `${id}: ${html}`),
  );
}

/** Presses keys one after the other. */
export async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Keeps a picture as test-results/screenshots/<name>.png. */
export function shot(page: Page, name: string): Promise<unknown> {
  return page.screenshot({ path: path.join(results, 'screenshots', `${name}.png`) });
}
