import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '..', '..');

/** `npm start -- …` as npm runs it; only for arguments that end it before it builds. */
async function start(
  args: string[],
  env = process.env,
): Promise<{ code: unknown; stderr: string }> {
  const script = path.join(root, 'scripts', 'bootstrap.mjs');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, 'scripts/start.ts', ...args],
      { cwd: root, env },
      (error, _, stderr) => {
        resolve({ code: error?.code ?? 0, stderr });
      },
    );
  });
}

test('npm start on a port that is taken says so in one sentence', async () => {
  await using server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const port = String(address.port);
  assert.deepEqual(await start(['--port', port, '--no-open']), {
    code: 1,
    stderr: `instruct-studio: port ${port} is taken: choose another with --port, or leave --port out.\n`,
  });
});

test('npm start --desktop without desktop VS Code says what to install in one sentence', async () => {
  const { code, stderr } = await start(['--desktop'], { ...process.env, PATH: '/nowhere' });
  assert.equal(code, 1);
  assert.match(stderr, /^instruct-studio: desktop VS Code was not found: install it .*\n$/);
});

test('npm start with an option that does not exist names it', async () => {
  const { code, stderr } = await start(['--prot', '80']);
  assert.equal(code, 1);
  assert.match(stderr, /^instruct-studio: Unknown option '--prot'.*\n$/);
});
