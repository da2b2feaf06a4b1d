// The door to every npm script of this project: works straight after `git clone`, on any Node from 20 on and with Node's own modules only.
//   node scripts/bootstrap.mjs <script.ts> [arguments]
// It makes node_modules match package-lock.json and then runs the script on the Node that the project pins (the `node` package).
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { npm, stop } from './npm.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';
const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.instruct-studio-lock');
const nodeFile = path.join(modules, 'node', 'bin', windows ? 'node.exe' : 'node');

/** What node_modules must have been installed from: the lock file, on this platform. */
function lockDigest() {
  const hash = createHash('sha256').update(readFileSync(path.join(root, 'package-lock.json')));
  return hash.update(`${process.platform}-${process.arch}`).digest('hex');
}

/** Whether node_modules holds what the lock file asks for; a hand-made `npm ci` or `npm install` counts too. */
function installed() {
  if (!existsSync(nodeFile)) return false;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockDigest()) return true;
  const record = path.join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '' || entry.optional === true) continue;
    if (present[name]?.version !== entry.version) return false;
  }
  writeFileSync(stampFile, lockDigest());
  return true;
}

async function install() {
  console.log('Installing the packages of package-lock.json (once) …');
  const started = Date.now();
  // `node` and `esbuild` put their binaries in place in an install script; onnxruntime-node's would fetch CUDA files from elsewhere.
  await npm(['ci'], root, { npm_config_ignore_scripts: 'false', ONNXRUNTIME_NODE_INSTALL: 'skip' });
  if (!existsSync(nodeFile)) {
    const machine = `${process.platform}-${process.arch}`;
    stop(`there is no Node 24 package for ${machine}: use a 64-bit Linux, macOS or Windows.`);
  }
  writeFileSync(stampFile, lockDigest());
  console.log(`Installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
}

const [script, ...scriptArguments] = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) < 20) {
  stop(
    `Node ${process.versions.node} is too old: install Node.js 20 or newer, then run this command again.`,
  );
}
if (script === undefined) stop('usage: node scripts/bootstrap.mjs <script> [arguments]');
if (!installed()) await install();

// A script that starts processes ends them on a signal, and when the channel to this process closes.
const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
const paths = [path.join(modules, '.bin'), path.dirname(nodeFile), process.env[pathName]];
const child = spawn(nodeFile, [path.join(root, script), ...scriptArguments], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, [pathName]: paths.join(path.delimiter) },
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => child.kill(signal));
}
// A shell between npm and us dies of a signal without passing it on: then we have another parent than before.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) child.kill('SIGTERM');
}, 500).unref();
child.on('error', (error) => stop(`${nodeFile} does not start: ${error.message}`));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
