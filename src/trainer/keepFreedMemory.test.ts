import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const program = `
  import { keepFreedMemory } from ${JSON.stringify(new URL('./keepFreedMemory.ts', import.meta.url).href)};
  keepFreedMemory();
  // Eight blocks of 64 MiB, each freed before the next is taken.
  let faults = 0;
  for (let i = 0; i < 8; i++) {
    const before = process.resourceUsage().minorPageFault;
    new Uint8Array(64 << 20).fill(1).buffer.transfer(0);
    if (i > 1) faults += process.resourceUsage().minorPageFault - before;
  }
  console.log(JSON.stringify({ pid: process.pid, argv: process.argv.slice(1), faults }));
`;

test(
  'the process goes on as itself, and takes freed memory again without page faults',
  { skip: process.platform !== 'linux' && 'only glibc reads these settings' },
  () => {
    const argv = ['--input-type=module', '--eval', program, '--', 'a', 'b c'];
    const child = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    assert.equal(child.stderr, '');
    const said: unknown = JSON.parse(child.stdout);
    assert.ok(typeof said === 'object' && said !== null && 'faults' in said && 'pid' in said);
    assert.equal(said.pid, child.pid);
    assert.deepEqual('argv' in said && said.argv, ['a', 'b c']);
    // Taken from the system anew, six blocks would be 98,304 pages.
    assert.ok(Number(said.faults) < 20_000, `${String(said.faults)} page faults`);
  },
);
