/** `npm run bench:data`: how fast a large project opens, serves tasks and takes in changes. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { contestedPrompts, Dataset, nextTask, Random, RecordStore } from '../src/data/index.ts';
import { FileTable } from '../src/host/promptTable/fileTable.ts';
import { datasetNodes } from '../src/host/views/datasetNodes.ts';
import { queueNodes } from '../src/host/views/queueNodes.ts';

const usage = `Measures the dataset at scale, each measurement in a process of its own.

  npm run bench:data [-- options]

  --prompts N   prompts; 100,000 when absent, with three times as many completions and a third as many rankings
  --lines N     lines of the file that is read alone; 1,000,000 when absent
  --keep        leave the made files, and say where
  --json        one JSON object a line instead of the table`;

const { values } = parseArgs({
  options: {
    prompts: { type: 'string', default: '100000' },
    lines: { type: 'string', default: '1000000' },
    measure: { type: 'string' },
    keep: { type: 'boolean', default: false },
    dir: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Measured {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target: number;
}

const words =
  'a river heron waits in the cold reeds while the miller counts his sacks of grain and the otter sleeps under an old bridge of stone'.split(
    ' ',
  );

/** Writes lines in blocks, so that making the data takes no memory. */
function writeLines(path: string, lines: Iterable<object>): void {
  mkdirSync(join(path, '..'), { recursive: true });
  const file = openSync(path, 'w');
  let block = '';
  for (const line of lines) {
    block += `${JSON.stringify(line)}\n`;
    if (block.length < 1 << 20) continue;
    writeSync(file, block);
    block = '';
  }
  writeSync(file, block);
  closeSync(file);
}

/** A project of the shape that the paper's RM data had: rankings of 4 to 9 for a third of the prompts. */
function makeProject(dir: string, prompts: number): void {
  const random = new Random('bench');
  const text = (least: number, most: number): string =>
    Array.from({ length: least + random.integer(most - least) }, () => random.pick(words)).join(
      ' ',
    );
  const counts = Array.from({ length: prompts }, (_, index) =>
    index % 3 === 0 ? 4 + random.integer(6) : 1 + (index % 2),
  );
  const total = 3 * prompts;
  let made = counts.reduce((sum, count) => sum + count, 0);
  for (let index = 1; made < total; index = (index + 1) % prompts) {
    if (index % 3 !== 0) made += counts[index]++ < 9 ? 1 : 0;
  }
  writeLines(
    join(dir, 'prompts/all.jsonl'),
    counts.map((_, index) => ({
      id: `p-${index.toString(16).padStart(16, '0')}`,
      prompt: text(20, 60),
      category: 'generation',
      split: 'train',
      user: `user-${index % 5000}`,
      created: '2026-11-21T10:00:00Z',
    })),
  );
  const completionId = (prompt: number, place: number): string =>
    `c-${prompt.toString(16).padStart(12, '0')}${place}`;
  for (const model of [0, 1, 2]) {
    writeLines(
      join(dir, `completions/model-${model}.jsonl`),
      (function* () {
        for (const [prompt, count] of counts.entries()) {
          for (let place = model; place < count; place += 3) {
            yield {
              id: completionId(prompt, place),
              promptId: `p-${prompt.toString(16).padStart(16, '0')}`,
              completion: text(20, 60),
              model: { name: `model-${model}`, digest: 'd'.repeat(64) },
              sampling: { temperature: 1, topP: 1, maxTokens: 64, seed: prompt },
              finish: 'stop',
              created: '2026-11-21T10:00:00Z',
            };
          }
        }
      })(),
    );
  }
  for (const labeler of [0, 1, 2, 3]) {
    writeLines(
      join(dir, `rankings/labeler-${labeler}.jsonl`),
      (function* () {
        for (let prompt = 3 * labeler; prompt < prompts; prompt += 12) {
          const ids = Array.from({ length: counts[prompt] }, (_, place) =>
            completionId(prompt, place),
          );
          const shown = random.shuffle(ids);
          yield {
            id: `r-${prompt}`,
            promptId: `p-${prompt.toString(16).padStart(16, '0')}`,
            ranking: shown.map((id) => [id]),
            ratings: Object.fromEntries(
              ids.map((id) => [id, { overall: 4, flags: { failsTask: false } }]),
            ),
            shown: ids,
            labeler: `labeler-${labeler}`,
            seconds: 40,
            created: '2026-11-21T10:00:00Z',
          };
        }
      })(),
    );
  }
}

const rssMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** Ends a measurement of blocks once the last one has been seen too. */
async function seen(delay: ReturnType<typeof monitorEventLoopDelay>): Promise<void> {
  await sleep(5);
  delay.disable();
}

async function measureOpen(dir: string): Promise<Measured[]> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  const dataset = await Dataset.open(dir);
  const seconds = (performance.now() - started) / 1000;
  await seen(delay);
  dataset.counts();
  return [
    { what: 'open the project', value: seconds, unit: 's', target: 3 },
    { what: 'memory of the process', value: rssMb(), unit: 'MB', target: 600 },
    { what: 'longest block of the event loop', value: delay.max / 1e6, unit: 'ms', target: 50 },
  ];
}

/** Next task after each saved ranking, as the panel asks for it. */
async function measureNext(dir: string): Promise<Measured[]> {
  const dataset = await Dataset.open(dir);
  const store = new RecordStore(dir);
  const times: number[] = [];
  const saves: number[] = [];
  for (let round = 0; round < 200; round++) {
    const started = performance.now();
    const { task } = nextTask(dataset, 'anna', {
      policy: round % 2 === 0 ? 'fewest-labels' : 'random',
      completionsPerPrompt: 9,
      seed: 7,
      assignment: { labelersPerPrompt: 3, overlap: 0.5, heldOutLabelers: [] },
    });
    times.push(performance.now() - started);
    if (task === null) throw new Error('bench: expected a task');
    const ids = task.completions.map(({ id }) => id);
    const saving = performance.now();
    const saved = await store.append('rankings', 'anna', {
      id: `anna-${round}`,
      promptId: task.prompt.id,
      ranking: ids.map((id) => [id]),
      shown: ids,
      labeler: 'anna',
    });
    await dataset.refresh(saved.file);
    saves.push(performance.now() - saving);
  }
  const p95 = (list: number[]): number =>
    list.toSorted((a, b) => a - b)[Math.floor(0.95 * list.length)];
  return [
    { what: 'next task, 95th percentile', value: p95(times), unit: 'ms', target: 50 },
    {
      what: 'save and take in a ranking, 95th percentile',
      value: p95(saves),
      unit: 'ms',
      target: 50,
    },
  ];
}

/** What the extension host works out after each change: the views' rows and the problems. */
async function measureViews(dir: string): Promise<Measured[]> {
  const dataset = await Dataset.open(dir);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const started = performance.now();
  delay.enable();
  for (let round = 0; round < 3; round++) {
    datasetNodes(dataset, new Map());
    await queueNodes(dataset, 'anna', {
      policy: 'fewest-labels',
      completionsPerPrompt: 9,
      seed: 7,
      assignment: {
        labelers: ['anna', 'ben', 'cleo', 'dora'],
        labelersPerPrompt: 3,
        overlap: 0.5,
        heldOutLabelers: [],
      },
    });
    await contestedPrompts(dataset.entries('rankings'));
    for await (const problem of dataset.problems()) throw new Error(problem.message);
  }
  const seconds = (performance.now() - started) / 3000;
  await seen(delay);
  return [
    { what: 'views and problems after a change', value: seconds, unit: 's', target: 1 },
    { what: 'longest block of the event loop', value: delay.max / 1e6, unit: 'ms', target: 50 },
  ];
}

/** A file too large for a document, in the table: found, paged, searched. */
async function measureTable(dir: string): Promise<Measured[]> {
  const path = join(dir, 'prompts/table.jsonl');
  const words = 'words '.repeat(300);
  writeLines(
    path,
    (function* () {
      for (let at = 0; at < 110_000; at++) yield { id: `t${at}`, prompt: `Number ${at}: ${words}` };
    })(),
  );
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  const table = await FileTable.open(path);
  await table.rowsAt(0, 60);
  const opened = performance.now();
  await table.rowsAt(109_900, 60);
  const paged = performance.now();
  const { matching } = await table.choose({ search: '"Number 99999:"', sort: null });
  await seen(delay);
  if (matching !== 1) throw new Error(`bench: expected one line, found ${matching}`);
  const megabytes = statSync(path).size / 1e6;
  rmSync(path);
  return [
    {
      what: `open ${megabytes.toFixed(0)} MB in the table`,
      value: (opened - started) / 1000,
      unit: 's',
      target: 3,
    },
    { what: 'show its last page', value: paged - opened, unit: 'ms', target: 50 },
    { what: 'longest block, searching it too', value: delay.max / 1e6, unit: 'ms', target: 50 },
  ];
}

async function measureLines(dir: string, lines: number): Promise<Measured[]> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  const dataset = await Dataset.open(dir);
  const seconds = (performance.now() - started) / 1000;
  await seen(delay);
  if (dataset.counts().prompts.total !== lines) throw new Error('bench: lines were lost');
  appendFileSync(join(dir, 'prompts/all.jsonl'), '{"id":"last","prompt":"x"}\n');
  const again = performance.now();
  await dataset.refresh('prompts/all.jsonl');
  return [
    { what: `index ${lines} lines`, value: seconds, unit: 's', target: 20 },
    { what: 'memory of the process', value: rssMb(), unit: 'MB', target: 2000 },
    { what: 'longest block of the event loop', value: delay.max / 1e6, unit: 'ms', target: 50 },
    {
      what: 'take in one line more',
      value: (performance.now() - again) / 1000,
      unit: 's',
      target: 1,
    },
  ];
}

const measurements: Readonly<Record<string, (dir: string, lines: number) => Promise<Measured[]>>> =
  {
    open: measureOpen,
    next: measureNext,
    views: measureViews,
    table: measureTable,
    lines: measureLines,
  };

/** Runs one measurement in a fresh process, so that memory and warm-up are its own. */
function inProcess(measure: string, dir: string, lines: number): Measured[] {
  const args = [import.meta.filename, '--measure', measure, '--dir', dir, '--lines', String(lines)];
  const out = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 24 });
  return JSON.parse(out) as Measured[]; // what this file printed
}

function show(results: readonly Measured[]): void {
  for (const result of results) {
    if (values.json) console.log(JSON.stringify(result));
    else {
      const { what, value, unit, target } = result;
      const verdict = value <= target ? 'within' : 'OVER';
      console.log(
        `${what.padEnd(44)} ${value.toFixed(1).padStart(8)} ${unit.padEnd(2)}  ${verdict} ${target} ${unit}`,
      );
    }
  }
}

async function main(): Promise<void> {
  const prompts = Number(values.prompts);
  const lines = Number(values.lines);
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.measure !== undefined && values.dir !== undefined) {
    console.log(JSON.stringify(await measurements[values.measure](values.dir, lines)));
    return;
  }
  const root = mkdtempSync(join(tmpdir(), 'bench-data-'));
  try {
    const project = join(root, 'project');
    makeProject(project, prompts);
    for (const measure of ['open', 'next', 'views', 'table']) {
      show(inProcess(measure, project, lines));
    }
    const long = join(root, 'long');
    writeLines(
      join(long, 'prompts/all.jsonl'),
      (function* () {
        for (let index = 0; index < lines; index++) {
          yield {
            id: `p${index}`,
            prompt: `What does the heron see on day ${index} of the year?`,
            split: 'train',
          };
        }
      })(),
    );
    show(inProcess('lines', long, lines));
  } finally {
    if (values.keep) console.log(`the data stays in ${root}`);
    else rmSync(root, { recursive: true, force: true });
  }
}

await main();
