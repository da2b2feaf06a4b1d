// Starts the VS Code server on a folder, waits until it answers, and ends it with everything that it started.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { openSync, closeSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { endTree, markedEnvironment } from './processes.ts';
import { installServer } from './installServer.ts';

/** What a server serves, and from where. */
export interface ServerOptions {
  /** Where the server keeps settings, extensions and logs; made when missing. */
  readonly dataDir: string;
  /** The folder that the bare address opens. */
  readonly folder: string;
  /** A port that is free now; by default any. */
  readonly port?: number;
  /** User settings, written before the start. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Lets a page load an extension under development and run tests in the extension host. */
  readonly testDriver?: boolean;
  /** Keep VS Code's question whether the folder is trusted. */
  readonly workspaceTrust?: boolean;
  /** Where installed extensions are; by default in `dataDir`, and none. */
  readonly extensionsDir?: string | undefined;
  /** Environment of the server, and so of the extension host and all that it starts. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running server. */
export interface VsCodeServer {
  readonly port: number;
  readonly pid: number;
  /** `http://localhost:<port>/` */
  readonly address: string;
  /** The server's own output. */
  readonly logFile: string;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends the server, its extension hosts and their training runs. */
  stop(): Promise<void>;
}

/** Settings under which nothing opens, asks or phones by itself. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.simpleDialog.enable': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.dialogStyle': 'custom',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

/**
 * Starts a server and waits until it answers.
 * @throws Error when it ends or stays silent for 60 s instead, with the end of its log
 */
export async function startServer(options: ServerOptions): Promise<VsCodeServer> {
  const home = await installServer();
  const port = options.port ?? (await freePort());
  const user = path.join(options.dataDir, 'data', 'User');
  await mkdir(user, { recursive: true });
  if (options.settings !== undefined) {
    await writeFile(path.join(user, 'settings.json'), JSON.stringify(options.settings, null, 2));
  }
  const logFile = path.join(options.dataDir, 'server.log');
  const mark = randomUUID();
  const child = spawnServer(home, port, mark, logFile, options);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`the VS Code server does not start: ${process.execPath}`);
  const stop = async (): Promise<void> => endTree(pid, mark);
  const address = `http://localhost:${String(port)}/`;
  if (!(await answers(port, ended))) {
    await stop();
    const log = await readFile(logFile, 'utf8');
    throw new Error(`the VS Code server does not answer at ${address}: ${log.slice(-2000)}`);
  }
  return { port, pid, address, logFile, ended, stop };
}

function spawnServer(
  home: string,
  port: number,
  mark: string,
  logFile: string,
  options: ServerOptions,
): ChildProcess {
  const flags = [
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
    ...['--accept-server-license-terms', '--disable-telemetry'],
    ...['--server-data-dir', options.dataDir, '--default-folder', options.folder],
  ];
  if (options.extensionsDir !== undefined) flags.push('--extensions-dir', options.extensionsDir);
  if (options.testDriver === true) flags.push('--enable-smoke-test-driver');
  if (options.workspaceTrust !== true) flags.push('--disable-workspace-trust');
  const log = openSync(logFile, 'w');
  try {
    return spawn(process.execPath, [path.join(home, 'out', 'server-main.js'), ...flags], {
      cwd: options.folder,
      env: { ...process.env, ...options.env, ...markedEnvironment(mark) },
      stdio: ['ignore', log, log],
      // Its own group: Ctrl+C in the terminal reaches us alone, and we end it in order.
      detached: process.platform !== 'win32',
    });
  } finally {
    closeSync(log);
  }
}

async function answers(port: number, ended: Promise<void>): Promise<boolean> {
  const deadline = Date.now() + 60_000;
  const gone = ended.then(() => 'ended' as const);
  while (Date.now() < deadline) {
    const response = await fetch(`http://127.0.0.1:${String(port)}/`).catch(() => undefined);
    if (response?.ok === true) return true;
    if ((await Promise.race([gone, sleep(100)])) === 'ended') return false;
  }
  return false;
}

/** Whether nothing on this machine listens on the port, on either loopback address. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1']) {
    const error = await listenOnce(port, host);
    if (error === 'EADDRINUSE' || error === 'EACCES') return false;
  }
  return true;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('freePort: no address');
  return address.port;
}

async function listenOnce(port: number, host: string): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => {
      resolve('code' in error ? String(error.code) : error.message);
    });
    server.listen(port, host, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}
