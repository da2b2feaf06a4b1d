import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { alive, endTree, markedEnvironment } from './processes.ts';
import { freePort, isFree } from './vscodeServer.ts';

// A parent with a child, and a grandchild that is a session of its own and outlives its parent, as a training run does.
const family = `
const { spawn, execFile } = require('node:child_process');
const idle = 'setInterval(() => {}, 1000)';
const middle = 'const run = require("node:child_process").spawn(process.execPath, ["-e", "' + idle +
  '"], { detached: true, stdio: "ignore" }); run.unref(); console.log(run.pid)';
const child = spawn(process.execPath, ['-e', idle]);
execFile(process.execPath, ['-e', middle], (_, run) => console.log(child.pid + ' ' + run));
setInterval(() => {}, 1000);
`;

test('ending a process ends its children, and what detached itself too', async () => {
  const mark = randomUUID();
  const parent = spawn(process.execPath, ['-e', family], {
    env: { ...process.env, ...markedEnvironment(mark) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = parent;
  assert.ok(pid !== undefined);
  const line = await createInterface(parent.stdout)[Symbol.asyncIterator]().next();
  const [child, detached] = String(line.value).split(' ').map(Number);
  assert.deepEqual([child, detached].map(alive), [true, true]);
  const exited = once(parent, 'exit');
  await endTree(pid, mark);
  await exited;
  assert.deepEqual([child, detached].map(alive), [false, false]);
});

test('a port is taken while something listens on it, and free before and after', async () => {
  const port = await freePort();
  assert.equal(await isFree(port), true);
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  assert.equal(await isFree(port), false);
  server.close();
  await once(server, 'close');
  assert.equal(await isFree(port), true);
});
