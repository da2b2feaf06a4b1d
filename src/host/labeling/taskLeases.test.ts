import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { leaseMs, TaskLeases } from './taskLeases.ts';

async function windows(t: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'leases-'));
  t.after(() => rm(folder, { recursive: true }));
  const clock = { now: 1_000_000 };
  const open = (name: string) =>
    new TaskLeases(
      () => folder,
      name,
      () => clock.now,
    );
  return { folder, clock, one: open('one'), two: open('two') };
}

test('a task that one window has is refused to another until it is given back', async (t) => {
  const { one, two } = await windows(t);
  assert.equal(await one.claim('p1'), true);
  assert.equal(await two.claim('p1'), false);
  assert.equal(await two.claim('p2'), true);
  await two.release('p1'); // not two's to give
  assert.equal(await two.claim('p1'), false);
  await one.release('p1');
  assert.equal(await two.claim('p1'), true);
});

test('two windows that ask at once never both get it', async (t) => {
  const { one, two } = await windows(t);
  for (let task = 0; task < 20; task++) {
    const got = await Promise.all([one.claim(`t${task}`), two.claim(`t${task}`)]);
    assert.deepEqual(got.toSorted(), [false, true]);
  }
});

test('a window that is gone loses its task after a while; one that works on keeps it', async (t) => {
  const { one, two, clock } = await windows(t);
  await one.claim('p1');
  clock.now += leaseMs / 2;
  await one.claim('p1');
  clock.now += leaseMs / 2 + 1;
  assert.equal(await two.claim('p1'), false);
  clock.now += leaseMs;
  assert.equal(await two.claim('p1'), true);
});

test('a torn file of leases is no obstacle', async (t) => {
  const { one, folder } = await windows(t);
  await one.claim('p1');
  await writeFile(path.join(folder, '.instruct', 'leases', 'tasks.json'), '{"p1": {"own');
  assert.equal(await one.claim('p2'), true);
});
