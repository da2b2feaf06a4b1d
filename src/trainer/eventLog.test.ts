import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../protocol/run.ts';
import { EventLog } from './eventLog.ts';

function logIn(
  t: TestContext,
  before = '',
): { path: string; open: () => EventLog; seen: RunEvent[] } {
  const folder = mkdtempSync(join(tmpdir(), 'instruct-events-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'events.jsonl');
  if (before !== '') writeFileSync(path, before);
  const seen: RunEvent[] = [];
  const open = (): EventLog =>
    new EventLog(
      path,
      () => 5,
      (event) => {
        seen.push(event);
      },
    );
  return { path, open, seen };
}

test('an event is heard at once and is in the file a moment later', async (t) => {
  const { path, open, seen } = logIn(t);
  const log = open();
  log.append({ type: 'stopped', step: 1 });
  assert.deepEqual(seen, [{ type: 'stopped', step: 1, time: 5 }]);
  assert.equal(readFileSync(path, 'utf8'), '');
  await sleep(150);
  assert.equal(readFileSync(path, 'utf8'), '{"type":"stopped","step":1,"time":5}\n');
  log.close();
});

test('a torn last line is cut off, however long it is, and whole lines stay', (t) => {
  const whole = '{"type":"stopped","time":1,"step":1}\n';
  for (const torn of ['', '{"ty', 'x'.repeat(10_000)]) {
    const { path, open } = logIn(t, whole + torn);
    const log = open();
    assert.equal(log.repairedBytes, torn.length);
    log.append({ type: 'stopped', step: 2 });
    log.close();
    assert.equal(readFileSync(path, 'utf8'), `${whole}{"type":"stopped","step":2,"time":5}\n`);
  }
  const { path, open } = logIn(t, 'torn from the start');
  open().close();
  assert.equal(statSync(path).size, 0);
});
