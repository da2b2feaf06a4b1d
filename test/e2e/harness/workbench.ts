// A real workbench for a test: server, browser, page, and the few gestures that every walk needs.
//
//   test('a newcomer ranks a prompt', async () => {
//     await using workbench = await openWorkbench({ project: 'sample' });
//     await workbench.runCommand('Instruct: Rank Completions');
//     const panel = await workbench.webview('[data-panel="ranking"]');
//     await panel.locator('…').press('Enter');
//     await workbench.screenshot('ranked');
//   });
//
// Leaving the block ends browser, server, extension hosts and training runs, and fails the test when the page's console had an error or a
// CSP violation that is not VS Code's own (harness/noise.ts).
import { AssertionError } from 'node:assert';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Frame, Page } from 'playwright-core';
import { createSampleProject } from '../../../scripts/editor/sampleProject.ts';
import { quietSettings, startServer } from '../../../scripts/editor/vscodeServer.ts';
import { launchBrowser, workbenchAddress } from '../../../scripts/editor/workbenchPage.ts';
import { results } from '../../../scripts/stages/stage.ts';
import { isEditorNoise } from './noise.ts';
import { pseudoExtension, pseudoLocale, useLanguage } from './pseudoLocale.ts';

/** The themes of VS Code that everything of ours must look right in, each with the kind that it gives to the body of a webview. */
export const workbenchThemes: ReadonlyMap<string, string> = new Map([
  ['Default Light Modern', 'vscode-light'],
  ['Default Dark Modern', 'vscode-dark'],
  ['Default High Contrast', 'vscode-high-contrast'],
  ['Default High Contrast Light', 'vscode-high-contrast-light'],
]);

/** What the workbench shows, and how. */
export interface WorkbenchOptions {
  /** `sample`: a copy of the sample project; `empty`: an empty folder; else a folder that is copied. Default `sample`. */
  readonly project?: string;
  /** Id of a colour theme, such as `Default High Contrast`. Default: VS Code's. */
  readonly theme?: string;
  /** The system setting "reduce motion". */
  readonly reducedMotion?: boolean;
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Keep VS Code's Restricted Mode: the folder opens untrusted. */
  readonly workspaceTrust?: boolean;
  /** Where the extension is installed, for a walk that changes that; else as `npm test` says, which is by default the source tree. */
  readonly extensionsDir?: string;
  /** Environment of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Our sentences in the language of `pseudoLocale.ts`; the editor's own stay English. */
  readonly pseudo?: boolean;
}

/**
 * Opens a workbench on its own copy of a project, with its own server and user data.
 * @throws Error when the workbench is not there within a minute
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  await using owned = new AsyncDisposableStack();
  const temporary = await mkdtemp(path.join(tmpdir(), 'instruct-e2e-'));
  owned.defer(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));
  const folder = path.join(temporary, 'project');
  await makeProject(options.project ?? 'sample', folder);
  const theme = options.theme === undefined ? {} : { 'workbench.colorTheme': options.theme };
  // Set by scripts/test.ts: the walks then go through the packaged extension, installed.
  const extensionsDir = options.extensionsDir ?? process.env['INSTRUCT_EXTENSIONS_DIR'];
  const server = await startServer({
    extensionsDir,
    dataDir: path.join(temporary, 'server'),
    folder,
    settings: { ...quietSettings, ...theme, ...options.settings },
    testDriver: true,
    workspaceTrust: options.workspaceTrust ?? false,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  owned.defer(() => server.stop());
  const browser = await launchBrowser();
  owned.defer(() => browser.close());
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1280, height: 800 },
    reducedMotion: options.reducedMotion === true ? 'reduce' : 'no-preference',
  });
  const problems: string[] = [];
  owned.use(await watch(context, problems));
  const pseudo =
    options.pseudo === true ? await pseudoExtension(temporary, extensionsDir) : undefined;
  if (pseudo !== undefined) owned.use(await context.addInitScript(useLanguage, pseudoLocale));
  const page = await context.newPage();
  const workbench = new Workbench(page, folder, problems, owned);
  const installed = extensionsDir !== undefined && pseudo === undefined;
  await page.goto(workbenchAddress({ server, folder, installed, extension: pseudo }));
  await workbench.ready();
  workbench.adopt(owned.move());
  return workbench;
}

async function makeProject(project: string, folder: string): Promise<void> {
  if (project === 'sample') await createSampleProject(folder);
  else if (project === 'empty') await mkdir(folder);
  else await cp(project, folder, { recursive: true });
}

/**
 * Collects what goes wrong in any frame of any page: console errors, uncaught exceptions, CSP violations, and requests that leave this
 * machine.
 */
async function watch(context: BrowserContext, problems: string[]): Promise<AsyncDisposable> {
  const add = (problem: string): void => {
    if (!isEditorNoise(problem)) problems.push(problem);
  };
  context.on('console', (message) => {
    if (message.type() !== 'error') return;
    const { url } = message.location();
    add(`console: ${message.text()} (${url})`);
  });
  context.on('weberror', (error) => {
    add(`uncaught: ${error.error().stack ?? error.error().message}`);
  });
  context.on('request', (request) => {
    if (leavesMachine(request.url())) add(`request: ${request.url()}`);
  });
  return context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const where = `${event.sourceFile}:${String(event.lineNumber)}`;
      console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI} at ${where}`);
    });
  });
}

/** Whether a request goes to the network. */
function leavesMachine(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return /^(https?|wss?):$/.test(protocol) && !['localhost', '127.0.0.1'].includes(hostname);
}

/** A workbench in a page. Made by {@link openWorkbench}; dispose it with `await using`. */
export class Workbench implements AsyncDisposable {
  /** The page, for everything that the gestures here do not cover. */
  readonly page: Page;
  /** The project's folder on disk: what a test looks into to see what was saved. */
  readonly folder: string;
  private readonly problems: string[];
  private owned: AsyncDisposableStack;

  constructor(page: Page, folder: string, problems: string[], owned: AsyncDisposableStack) {
    this.page = page;
    this.folder = folder;
    this.problems = problems;
    this.owned = owned;
  }

  /** Hands the server and browser over to this workbench. */
  adopt(owned: AsyncDisposableStack): void {
    this.owned = owned;
  }

  /** Waits until the workbench and its extension host are there. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await this.page.locator('.monaco-workbench .part.activitybar').waitFor();
  }

  /** Reloads the window, as "Developer: Reload Window" does, and waits until it is there again. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Shows everything in a theme from here on, by the folder's settings, which it replaces. */
  async useTheme(theme: string): Promise<void> {
    const settings = path.join(this.folder, '.vscode', 'settings.json');
    await mkdir(path.dirname(settings), { recursive: true });
    await writeFile(settings, JSON.stringify({ 'workbench.colorTheme': theme }));
  }

  /** A second window on the same folder, with an extension host of its own. It ends with this one. */
  async anotherWindow(): Promise<Workbench> {
    const page = await this.page.context().newPage();
    const window = new Workbench(page, this.folder, this.problems, this.owned);
    await page.goto(this.page.url());
    await window.ready();
    return window;
  }

  /**
   * Runs a command by its title in the command palette, such as `Instruct: Train SFT`, by keyboard. The palette
   * lists what can be done when it opens: it is opened again until the extension has said that it can.
   * @throws Error when the palette does not offer this title first within half a minute
   */
  async runCommand(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    const row = this.page.locator('.quick-input-widget .monaco-list-row').first();
    const focused = this.page.locator('.quick-input-widget .monaco-list-row.focused');
    const wanted = focused.filter({ hasText: title.replace(/^[^:]*: /, '') });
    for (const deadline = Date.now() + 30_000; ;) {
      await this.page.keyboard.press('F1');
      // Something else may take the focus, and with it the palette: then it is opened again too.
      const offered = await input
        .fill(`>${title}`, { timeout: 3000 })
        .then(() => wanted.waitFor({ timeout: 3000 }))
        .then(
          () => true,
          () => false,
        );
      if (offered) break;
      const first = await row.innerText({ timeout: 1000 }).catch(() => 'nothing');
      if (Date.now() > deadline) throw new Error(`the palette offers ${first}, not ${title}`);
      await this.page.keyboard.press('Escape');
    }
    await input.press('Enter');
  }

  /** Types into the quick input that is open, and accepts. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill(text);
    await input.press('Enter');
  }

  /** Chooses the entry of the open quick pick that contains the text. */
  async pick(text: string): Promise<void> {
    const row = this.page
      .locator('.quick-input-widget .monaco-list-row', { hasText: text })
      .first();
    await row.click();
  }

  /** Opens a file of the project, by its path in it, in the default editor. */
  async openFile(relativePath: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    const input = this.page.locator('.quick-input-widget input.input');
    await input.fill(relativePath);
    const row = this.page.locator('.quick-input-widget .monaco-list-row').first();
    await row.filter({ hasText: path.basename(relativePath) }).waitFor();
    await input.press('Enter');
  }

  /**
   * The frame of the webview whose document has an element for the selector; waits for it.
   * @throws Error naming the selector after `timeoutMs`
   */
  async webview(selector: string, timeoutMs = 60_000): Promise<Frame> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      for (const frame of this.page.frames()) {
        // A frame may go away while it is asked, and that of a hidden tab may not answer: then it is
        // not the one.
        const found = await Promise.race([
          frame.$(selector).catch(() => null),
          this.page.waitForTimeout(1000).then(() => null),
        ]);
        if (found !== null && frame !== this.page.mainFrame()) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`no webview has ${selector} after ${String(timeoutMs)} ms`);
  }

  /**
   * The messages of the notifications so far, read in the notification center: with the test driver VS Code shows no toasts. Leaves the
   * center open when asked to, for a test that clicks one of their buttons.
   */
  async notifications(options: { readonly keepOpen?: boolean } = {}): Promise<string[]> {
    const bell = this.page.locator('[id="status.notifications"]');
    await bell.click();
    const center = this.page.locator('.notifications-center.visible');
    await center.waitFor();
    const messages = await center.locator('.notification-list-item-message').allInnerTexts();
    if (options.keepOpen !== true) {
      await bell.click();
      await center.waitFor({ state: 'hidden' });
    }
    return messages;
  }

  /** The user settings as they stand in their file. */
  async userSettings(): Promise<string> {
    const user = path.join(path.dirname(this.folder), 'server', 'data', 'User');
    return readFile(path.join(user, 'settings.json'), 'utf8');
  }

  /** Saves what the page shows as test-results/<name>.png and returns the path. */
  async screenshot(name: string): Promise<string> {
    const file = path.join(results, `${name}.png`);
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }

  /** What went wrong so far and is not VS Code's own noise; for tests that provoke an error, and then take it out with `clearProblems`. */
  seenProblems(): readonly string[] {
    return this.problems;
  }

  /** Forgets the problems seen so far. Only for a test that provoked them. */
  clearProblems(): void {
    this.problems.length = 0;
  }

  /** Ends everything; throws AssertionError when something went wrong in the page. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.problems.length > 0 && existsSync(results)) await this.screenshot('problems');
    await this.owned.disposeAsync();
    if (this.problems.length === 0) return;
    const list = this.problems.map((problem) => `  ${problem}`).join('\n');
    throw new AssertionError({ message: `errors in the page:\n${list}` });
  }
}
