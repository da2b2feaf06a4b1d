// Real VS Code from the npm registry: code-server's copy of the VS Code server, of one pinned version.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { npm } from '../npm.mjs';
import { root } from '../stages/stage.ts';

const version = '4.139.1';
const folder = path.join(root, '.vscode-test', `code-server-${version}`);
const server = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
const stamp = path.join(folder, 'installed');

/**
 * Installs the VS Code server under `.vscode-test/` unless it is there already; then the network is not touched.
 * @returns the folder of the server, whose entry is `out/server-main.js`
 */
export async function installServer(): Promise<string> {
  if (existsSync(stamp)) return server;
  console.log('Installing the VS Code server (once, about 600 MB on disk) …');
  const started = Date.now();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  // No install scripts: they would compile native modules, and the server does without them.
  await npm(['install', '--ignore-scripts', '--save-exact', `code-server@${version}`], folder);
  await npm(['install', '--omit=dev', '--ignore-scripts'], server);
  await writeFile(stamp, `${new Date().toISOString()}\n`);
  console.log(`Installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
  return server;
}
