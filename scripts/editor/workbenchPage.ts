// A Chromium for the tests, and the address under which a page opens a folder with our extension under development.
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from './browser.ts';
import type { VsCodeServer } from './vscodeServer.ts';
import { root } from '../stages/stage.ts';

/**
 * Launches the machine's browser without a window.
 * @throws Error with one sentence when there is none
 */
export async function launchBrowser(): Promise<Browser> {
  const browser = findBrowser();
  if ('missing' in browser) throw new Error(browser.missing);
  return chromium.launch({
    executablePath: browser.path,
    // A container has neither a sandbox nor a GPU to offer; the rest keeps the browser from calling home.
    args: [
      ...(process.platform === 'linux' ? ['--no-sandbox'] : []),
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--force-color-profile=srgb'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}

/** How a page is to open. */
export interface WorkbenchAddress {
  readonly server: VsCodeServer;
  readonly folder: string;
  /** Bundle that exports `run()`, to be run in the extension host. */
  readonly testsPath?: string;
  /** The server has the extension installed: do not load that of this repository. */
  readonly installed?: boolean;
  /** The folder of the extension under development; this repository's where it is left out. */
  readonly extension?: string | undefined;
}

/**
 * The address that opens the folder, with this repository as the extension under development unless it is `installed`; the server needs
 * `testDriver`.
 */
export function workbenchAddress(address: WorkbenchAddress): string {
  const { server, folder, testsPath, installed = false, extension = root } = address;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  if (!installed) payload.push(['extensionDevelopmentPath', remote(server, extension)]);
  if (testsPath !== undefined) payload.push(['extensionTestsPath', remote(server, testsPath)]);
  const query = new URLSearchParams({ folder: urlPath(folder), payload: JSON.stringify(payload) });
  // The workbench wants its folder's slashes as they are.
  return `${server.address}?${query.toString().replaceAll('%2F', '/')}`;
}

function remote(server: VsCodeServer, file: string): string {
  return `vscode-remote://localhost:${String(server.port)}${urlPath(file)}`;
}

/** `/c:/x` for `C:\x`, and on other systems the path itself. */
function urlPath(file: string): string {
  return decodeURI(pathToFileURL(path.resolve(file)).pathname);
}
