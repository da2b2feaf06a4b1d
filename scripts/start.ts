// `npm start`: real VS Code, with the extension of this repository, on a project. See `usage`.
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { hasScreen, onPath, openInBrowser } from './editor/browser.ts';
import { endTree, markDescendants } from './editor/processes.ts';
import { createSampleProject } from './editor/sampleProject.ts';
import { isFree, quietSettings, startServer } from './editor/vscodeServer.ts';
import { stop } from './npm.mjs';
import { root, runNode } from './stages/stage.ts';

const defaultPort = 8391;

const usage = `Opens VS Code with Instruct Studio on a project, in the browser.

  npm start [-- options]

  --project DIR   the project folder; a folder that does not exist or is empty becomes a copy of
                  the sample project. Default: sample-project/ in this repository, made at the
                  first start and kept, with all that you do in it; delete it to begin afresh.
  --port N        serve on port N. Default: ${String(defaultPort)}, or the next free one.
  --no-open       do not open a browser; the address is printed anyway
  --desktop       open desktop VS Code instead (needs its \`code\` command)
  --help          this text

Ctrl+C ends the server and everything it started, training runs included; a run goes on from its
last checkpoint with Resume.`;

interface Options {
  readonly project: string;
  readonly port: number | undefined;
  readonly open: boolean;
  readonly desktop: boolean;
}

function parse() {
  try {
    return parseArgs({
      allowNegative: true,
      options: {
        project: { type: 'string' },
        port: { type: 'string' },
        open: { type: 'boolean', default: true },
        desktop: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    stop(`${error instanceof Error ? error.message : String(error)} See npm start -- --help.`);
  }
}

function readOptions(): Options {
  const values = parse();
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    stop(`--port: expected a number from 1 to 65535, got "${String(values.port)}".`);
  }
  // npm runs scripts in the repository's root; a relative folder is meant from where the user stands.
  const from = process.env['INIT_CWD'] ?? process.cwd();
  const project =
    values.project === undefined
      ? path.join(root, 'sample-project')
      : path.resolve(from, values.project);
  return { project, port, open: values.open, desktop: values.desktop };
}

async function choosePort(asked: number | undefined): Promise<number> {
  if (asked !== undefined) {
    if (await isFree(asked)) return asked;
    stop(`port ${String(asked)} is taken: choose another with --port, or leave --port out.`);
  }
  for (let port = defaultPort; port < defaultPort + 100; port += 1) {
    if (await isFree(port)) return port;
  }
  stop(`no port from ${String(defaultPort)} on is free: choose one with --port.`);
}

async function prepareProject(folder: string): Promise<void> {
  const entries = existsSync(folder) ? await readdir(folder) : [];
  if (entries.length > 0) return;
  console.log(`Creating the sample project in ${folder} …`);
  await createSampleProject(folder);
}

async function buildExtension(): Promise<void> {
  const { code, output } = await runNode('scripts/build.ts', [], { log: 'build' });
  if (code === 0) return;
  console.error(output);
  stop('the build failed: its message stands above.');
}

/** Makes the server find the extension as an installed one: its extensions folder holds nothing but a link to this repository. */
async function linkExtension(dataDir: string): Promise<void> {
  const extensions = path.join(dataDir, 'extensions');
  await rm(extensions, { recursive: true, force: true });
  await rm(path.join(dataDir, 'data', 'CachedProfilesData'), { recursive: true, force: true });
  await mkdir(extensions, { recursive: true });
  await symlink(root, path.join(extensions, 'instruct-studio'), 'junction');
}

function desktopCommand(): string {
  const code = onPath('code');
  if (code !== undefined) return code;
  stop(
    'desktop VS Code was not found: install it with its `code` command, or run `npm start` without --desktop.',
  );
}

function openDesktop(code: string, folder: string): void {
  const words = [code, '--new-window', `--extensionDevelopmentPath=${root}`, folder];
  // A .cmd file needs a shell, and a shell needs quotes.
  if (process.platform === 'win32') {
    const line = words.map((word) => `"${word}"`).join(' ');
    spawn(line, { stdio: 'inherit', shell: true });
  } else spawn(code, words.slice(1), { stdio: 'inherit' });
}

async function serve(options: Options, port: number): Promise<void> {
  const dataDir = path.join(root, '.vscode-test', 'start', String(port));
  const fresh = !existsSync(path.join(dataDir, 'data', 'User', 'settings.json'));
  await linkExtension(dataDir);
  const server = await startServer({
    dataDir,
    folder: options.project,
    port,
    ...(fresh ? { settings: quietSettings } : {}),
  });
  console.log(`Instruct Studio is at ${server.address}`);
  console.log(`Project: ${options.project}`);
  console.log('Ctrl+C ends it.');
  if (options.open && hasScreen()) openInBrowser(server.address);
  await server.ended;
  if (!ending.started) stop(`the VS Code server ended by itself: its log is ${server.logFile}`);
}

/** On Ctrl+C, another signal, or the end of the process that started us: ends all that we started, then ourselves. */
function endWithUs(mark: string): { started: boolean } {
  const state = { started: false };
  const end = async (): Promise<void> => {
    if (state.started) return;
    state.started = true;
    console.log('\nEnding the server and everything it started …');
    await endTree(process.pid, mark);
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void end());
  }
  if (process.connected) process.once('disconnect', () => void end());
  return state;
}

const ending = endWithUs(markDescendants());
const options = readOptions();
if (options.desktop) {
  const code = desktopCommand();
  await buildExtension();
  await prepareProject(options.project);
  openDesktop(code, options.project);
} else {
  const port = await choosePort(options.port);
  await buildExtension();
  await prepareProject(options.project);
  await serve(options, port);
}
