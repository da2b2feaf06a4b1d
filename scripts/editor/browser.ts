// Finds a Chromium-family browser on this machine for the tests, and opens the user's own browser for `npm start`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const commands = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge',
  'microsoft-edge-stable',
];

const macApplications = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

function windowsPrograms(): string[] {
  const bases = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map(
    (name) => process.env[name],
  );
  const programs = [
    'Google/Chrome/Application/chrome.exe',
    'Microsoft/Edge/Application/msedge.exe',
  ];
  return bases.flatMap((base) =>
    base === undefined ? [] : programs.map((program) => path.join(base, program)),
  );
}

/**
 * The browser for the tests: `CHROME_PATH`, else an installed Chrome, Chromium or Edge, else (on Debian, as root) the `chromium` package, installed now.
 * @returns the program's path, or one sentence that says what to install
 */
export function findBrowser(): { readonly path: string } | { readonly missing: string } {
  const chosen = process.env['CHROME_PATH'];
  if (chosen !== undefined && chosen !== '') {
    if (existsSync(chosen)) return { path: chosen };
    return { missing: `CHROME_PATH names ${chosen}, which does not exist: correct or unset it.` };
  }
  const found = installedBrowser();
  if (found !== undefined) return { path: found };
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    console.log("Installing Debian's chromium (once) …");
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    const installed = installedBrowser();
    if (installed !== undefined) return { path: installed };
  }
  return {
    missing:
      'the editor tests need a browser: install Chrome, Chromium or Edge, or set CHROME_PATH to one.',
  };
}

function installedBrowser(): string | undefined {
  if (process.platform === 'darwin') return macApplications.find((file) => existsSync(file));
  if (process.platform === 'win32') return windowsPrograms().find((file) => existsSync(file));
  return commands.map(onPath).find((file) => file !== undefined);
}

/** The file that a command name stands for on this machine, if any (on Windows `name.cmd` and `name.exe` too). */
export function onPath(command: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const endings = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  return folders
    .flatMap((folder) => endings.map((ending) => path.join(folder, command + ending)))
    .find((file) => existsSync(file));
}

/** Whether there is a screen to open a browser on, and somebody before it. */
export function hasScreen(): boolean {
  if (process.env['CI'] !== undefined || process.env['SSH_CONNECTION'] !== undefined) return false;
  if (process.platform !== 'linux') return true;
  return process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
}

/** Opens an address in the user's browser; that none opens is no error, the address is printed anyway. */
export function openInBrowser(address: string): void {
  const [command, args]: [string, string[]] =
    process.platform === 'darwin'
      ? ['open', [address]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', address]]
        : ['xdg-open', [address]];
  const opener = spawn(command, args, { stdio: 'ignore', detached: true });
  opener.on('error', () => {
    console.log(`No browser opened by itself (${command} is missing): open the address by hand.`);
  });
  opener.unref();
}
