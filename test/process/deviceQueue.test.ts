// Several processes want one device at the same moments.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startNode, temporaryFolder } from './fixtures/runs.ts';

const takeTurns = fileURLToPath(new URL('fixtures/takeTurns.ts', import.meta.url));

test('of processes that come at the same moment one has the device', async (t) => {
  const folder = temporaryFolder(t);
  const log = join(folder, 'log');
  const names = ['a', 'b', 'c', 'd'];
  const started = names.map((name) => startNode(t, takeTurns, [join(folder, 'queue'), log, name]));
  for (const { ended } of started) assert.equal((await ended).code, 0);
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  assert.equal(lines.length, 2 * names.length * 15);
  for (let i = 0; i < lines.length; i += 2) {
    assert.equal(lines[i].replace('in', 'out'), lines[i + 1], `two at once at line ${i}`);
  }
});
