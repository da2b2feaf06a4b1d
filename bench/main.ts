/** `npm run bench`: our engine beside its peer, the same cases in alternating rounds. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { casesFor, products, tokensOf, type BenchCase, type BenchTask } from './cases.ts';
import { MeasuringProcess, type Measurer } from './processes.ts';

const usage = `Measures training, sampling, reward model steps and PPO: ours, and the same on a peer.

  npm run bench [-- options]

  --python FILE  a Python with torch and transformers: measures them in the same run, round by round
  --threads N    threads of one operation; the machine's cores when absent
  --rounds N     measured rounds of each case; 9 when absent
  --task NAME    train, generate, rm or ppo; may be repeated, all when absent
  --size NAME    0.9m, 12m or 124m; may be repeated, all when absent
  --json         one JSON object a line instead of the table`;

/** One side's median. */
interface Side {
  readonly tokensPerSecond: number;
  readonly peakRssMb: number;
}

/** One case's result. */
interface Measured {
  readonly task: BenchTask;
  readonly parameters: number;
  readonly batch: number;
  readonly length: number;
  /** Completions a prompt, of task `rm`. */
  readonly completions?: number;
  /** Episodes of an optimisation step and epochs over them, of task `ppo`. */
  readonly minibatch?: number;
  readonly epochs?: number;
  readonly threads: number;
  readonly ours: Side;
  readonly peer?: Side;
  /** Ours by the peer's tokens per second. */
  readonly ratio?: number;
  /** The best rate of a large matrix product in ONNX Runtime here, of task `train`. */
  readonly ceilingGflops?: number;
  /** The share of it that the step's own matrix products reach, all else in the step counted as waiting. */
  readonly shareOfCeiling?: number;
  /** The same rankings as pairs take so many times as long, on our engine. */
  readonly factorAgainstPairs?: number;
}

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '9' },
    task: { type: 'string', multiple: true, default: [] },
    size: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const threads = Number(values.threads);
const rounds = Number(values.rounds);
const folder = import.meta.dirname;
const ours: Measurer = { executable: process.execPath, argv: [path.join(folder, 'measure.ts')] };

/** The peer's program for a task; none where there is no Python, or the task has no peer. */
function peerOf(task: BenchTask): Measurer | null {
  if (values.python === undefined) return null;
  return { executable: values.python, argv: [path.join(folder, 'peers', `${task}.py`)] };
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** What a process measured. */
interface Medians {
  readonly ms: number;
  readonly peakRssMb: number;
  readonly ready: MeasuringProcess['ready'];
}

/** Operations per second of the matrix products. */
function rateOf({ ready, ms }: Medians): number {
  return ((ready.flops ?? 0) / ms) * 1000;
}

/** Medians of alternating rounds, in milliseconds, and the peaks of memory, in the given order. */
async function alternate(entries: readonly (readonly [Measurer, BenchCase])[]): Promise<Medians[]> {
  const processes: MeasuringProcess[] = [];
  for (const [measurer, benchCase] of entries) {
    processes.push(await MeasuringProcess.start(measurer, benchCase));
  }
  const times: number[][] = processes.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, measuring] of processes.entries()) times[i].push(await measuring.round());
  }
  return Promise.all(
    processes.map(async (measuring, i) => ({
      ms: median(times[i]),
      peakRssMb: await measuring.end(),
      ready: measuring.ready,
    })),
  );
}

async function measure(benchCase: BenchCase): Promise<Measured> {
  const peer = peerOf(benchCase.task);
  const pairs: BenchCase | null =
    benchCase.task === 'rm' ? { ...benchCase, task: 'rm-pairs' } : null;
  const ceilingCases = benchCase.task === 'train' ? products(threads) : [];
  const [own, ...others] = await alternate([
    [ours, benchCase],
    ...ceilingCases.map((product) => [ours, product] as const),
    ...(pairs === null ? [] : [[ours, pairs] as const]),
    ...(peer === null ? [] : [[peer, benchCase] as const]),
  ]);
  const ceiling = Math.max(...others.slice(0, ceilingCases.length).map(rateOf));
  const side = ({ ms, peakRssMb }: typeof own): Side => ({
    tokensPerSecond: Math.round((tokensOf(benchCase) * 1000) / ms),
    peakRssMb,
  });
  const theirs = peer === null ? undefined : others.at(-1);
  return {
    task: benchCase.task,
    parameters: own.ready.parameters,
    batch: benchCase.batch,
    length: benchCase.length,
    ...(benchCase.task === 'rm' && { completions: benchCase.completions }),
    ...(benchCase.task === 'ppo' && {
      minibatch: benchCase.minibatch,
      epochs: benchCase.epochs,
    }),
    threads,
    ours: side(own),
    ...(theirs !== undefined && { peer: side(theirs), ratio: round2(theirs.ms / own.ms) }),
    ...(ceilingCases.length > 0 && {
      ceilingGflops: Math.round(ceiling / 1e9),
      shareOfCeiling: round2(rateOf(own) / ceiling),
    }),
    ...(pairs !== null && { factorAgainstPairs: round2(others[0].ms / own.ms) }),
  };
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function row(cells: readonly (string | number | undefined)[]): string {
  const widths = [9, 12, 12, 10, 10, 7, 12, 12, 9, 9, 7];
  return cells.map((cell, i) => `${cell ?? ''}`.padStart(widths[i])).join('');
}

if (!values.json) {
  const sides = ['tokens/s', 'peer', 'ratio', 'memory, MB', 'peer'];
  console.log(row(['task', 'parameters', 'batch', ...sides, 'GFLOP/s', 'share', 'pairs']));
}
for (const benchCase of casesFor(threads, values.task, values.size)) {
  const measured = await measure(benchCase);
  if (values.json) {
    console.log(JSON.stringify(measured));
    continue;
  }
  const { batch, length, completions } = measured;
  console.log(
    row([
      measured.task,
      measured.parameters,
      [batch, completions, length].filter((size) => size !== undefined).join('×'),
      measured.ours.tokensPerSecond,
      measured.peer?.tokensPerSecond,
      measured.ratio,
      measured.ours.peakRssMb,
      measured.peer?.peakRssMb,
      measured.ceilingGflops,
      measured.shareOfCeiling,
      measured.factorAgainstPairs,
    ]),
  );
}
