import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { EventTail } from './eventTail.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'instruct-tail-'));
  file = path.join(folder, 'events.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const metrics = (step: number) =>
  JSON.stringify({ type: 'metrics', time: step, step, values: { 'sft/loss': 1 / (step + 1) } });
const stepsOf = async (tail: EventTail) => (await tail.read()).events.map(({ time }) => time);

test('a missing file reads as empty until it is made', async () => {
  const tail = new EventTail(file);
  assert.deepEqual(await stepsOf(tail), []);
  await writeFile(file, `${metrics(1)}\n`);
  assert.deepEqual(await stepsOf(tail), [1]);
});

test('each line is read once, and a torn last line when its end has come', async () => {
  const tail = new EventTail(file);
  const second = metrics(2);
  await writeFile(file, `${metrics(1)}\n${second.slice(0, 20)}`);
  assert.deepEqual(await stepsOf(tail), [1]);
  assert.deepEqual(await stepsOf(tail), []);
  await appendFile(file, `${second.slice(20)}\n${metrics(3)}\n`);
  assert.deepEqual(await stepsOf(tail), [2, 3]);
});

test('lines that are no event are passed over and counted', async () => {
  await writeFile(file, `not json\n${metrics(1)}\n{"type":"later-version","time":1}\n`);
  const tail = new EventTail(file);
  assert.deepEqual(await stepsOf(tail), [1]);
  assert.equal(tail.badLines, 2);
});

test('a file that became shorter is read again from its beginning', async () => {
  await writeFile(file, `${metrics(1)}\n${metrics(2)}\n`);
  const tail = new EventTail(file);
  await tail.read();
  await truncate(file, 0);
  await appendFile(file, `${metrics(7)}\n`);
  const { events, restarted } = await tail.read();
  assert.equal(restarted, true);
  assert.deepEqual(
    events.map(({ time }) => time),
    [7],
  );
});

test('a megabyte and more of events arrives whole, with characters of several bytes', async () => {
  const lines = Array.from({ length: 9000 }, (_, index) =>
    JSON.stringify({
      type: 'sample',
      time: index,
      step: 1,
      prompt: '→'.repeat(50),
      completion: 'é',
    }),
  );
  await writeFile(file, `${lines.join('\n')}\n`);
  const tail = new EventTail(file);
  const { events } = await tail.read();
  assert.equal(events.length, 9000);
  assert.equal(tail.badLines, 0);
});
