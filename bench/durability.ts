/** `npm run bench:durability`: does an acknowledged label survive other writers and kills? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Dataset, Random, RecordStore } from '../src/data/index.ts';

const usage = `Writes rankings to one file from several processes, then kills a writer at random moments.
Exit status 1 when an acknowledged record is missing or a line cannot be read.

  npm run bench:durability [-- options]

  --appends N   records of each of four processes; 10,000 when absent
  --kills N     kills at random moments; 200 when absent
  --seed N      of the moments; 0 when absent`;

const { values } = parseArgs({
  options: {
    appends: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '0' },
    writer: { type: 'string' },
    dir: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});

/** A writer's process: one record after another, each acknowledged on a line when it is on disk. */
async function write(dir: string, writer: string, appends: number): Promise<void> {
  const store = new RecordStore(dir);
  for (let index = 0; index < appends; index++) {
    const id = `${writer}-${index}`;
    await store.append('rankings', 'anna', {
      id,
      promptId: 'p',
      ranking: [['a'], ['b']],
      shown: ['a', 'b'],
      labeler: 'anna',
      note: 'x'.repeat((index * 977) % 5000), // lines of many lengths, so that a torn one shows
    });
    process.stdout.write(`${id}\n`);
  }
}

interface Writer {
  readonly acknowledged: string[];
  readonly ended: Promise<unknown>;
  kill(): void;
}

function start(dir: string, writer: string, appends: number): Writer {
  const args = [
    import.meta.filename,
    '--writer',
    writer,
    '--dir',
    dir,
    '--appends',
    String(appends),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => acknowledged.push(line));
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return { acknowledged, ended, kill: () => child.kill('SIGKILL') };
}

/** What is missing of the acknowledged records, and which problems the file has. */
async function check(dir: string, acknowledged: readonly string[]): Promise<string[]> {
  const dataset = await Dataset.open(dir);
  const missing = acknowledged.filter((id) => dataset.rankingById(id) === undefined);
  const bad = dataset.badLineProblems();
  return [
    ...missing.map((id) => `"${id}" was acknowledged and is missing`),
    ...(bad === 0 ? [] : [`${bad} lines cannot be read`]),
  ];
}

async function manyWriters(dir: string, appends: number): Promise<string[]> {
  const started = performance.now();
  const writers = ['a', 'b', 'c', 'd'].map((name) => start(dir, name, appends));
  await Promise.all(writers.map(({ ended }) => ended));
  const acknowledged = writers.flatMap((writer) => writer.acknowledged);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${acknowledged.length} of ${4 * appends} appends acknowledged in ${seconds.toFixed(0)} s`,
  );
  const failures = await check(dir, acknowledged);
  return acknowledged.length === 4 * appends ? failures : [...failures, 'a writer failed'];
}

async function kills(dir: string, count: number, seed: string): Promise<string[]> {
  const random = new Random(seed);
  const acknowledged: string[] = [];
  for (let index = 0; index < count; index++) {
    const writer = start(dir, `k${index}`, 1_000_000);
    while (writer.acknowledged.length === 0) await sleep(1);
    await sleep(random.integer(200));
    writer.kill();
    await writer.ended;
    acknowledged.push(...writer.acknowledged);
  }
  // The next append sets a torn last line aside; what was acknowledged is not among it.
  await write(dir, 'last', 1);
  console.log(`${count} kills, ${acknowledged.length} appends acknowledged before them`);
  return check(dir, [...acknowledged, 'last-0']);
}

async function main(): Promise<void> {
  if (values.help) {
    console.log(usage);
    return;
  }
  const appends = Number(values.appends);
  if (values.writer !== undefined) {
    await write(values.dir, values.writer, appends);
    return;
  }
  const root = mkdtempSync(join(tmpdir(), 'durability-'));
  try {
    const failures = [
      ...(await manyWriters(join(root, 'many'), appends)),
      ...(await kills(join(root, 'kills'), Number(values.kills), values.seed)),
    ];
    for (const failure of failures) console.log(failure);
    console.log(
      failures.length === 0 ? 'nothing lost, nothing torn' : `${failures.length} failures`,
    );
    process.exitCode = failures.length === 0 ? 0 : 1;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

await main();
