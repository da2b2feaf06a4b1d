/** `npm run bench:paper`: the paper's results in miniature, with tables and plots. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadLanguageModel } from '../src/ml/models/index.ts';
import { assetPath } from '../src/trainer/assets.ts';
import { keepFreedMemory } from '../src/trainer/keepFreedMemory.ts';
import { Laboratory, type LaboratorySize } from './paper/laboratory.ts';
import { ladderRows } from './paper/ladderRows.ts';
import { modelRows } from './paper/modelRows.ts';
import { paperPage, plotFiles, type Finished } from './paper/page.ts';
import { ppoRows } from './paper/ppoRows.ts';
import { rewardRows } from './paper/rewardRows.ts';
import type { Row } from './paper/row.ts';
import { plotSvg } from './paper/svg.ts';

const usage = `Reproduces results of the InstructGPT paper on the embedded world.

  npm run bench:paper [-- options]

  --quick      smaller sizes, and one seed for the sweeps: at most 12 minutes on 2 cores
  --seeds N    3 when absent
  --row ID     only rows whose name begins so, such as 09; may be repeated
  --out DIR    where the page and its plots go; docs when absent
  --json       one JSON object a row on standard output`;

const sizes: Record<'quick' | 'full', LaboratorySize> = {
  quick: {
    train: 2000,
    valid: 200,
    test: 400,
    demonstrations: 2000,
    iterations: 16,
    sweepIterations: 6,
  },
  full: {
    train: 6000,
    valid: 300,
    test: 1000,
    demonstrations: 2000,
    iterations: 36,
    sweepIterations: 16,
  },
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '3' },
    row: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: 'docs' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
keepFreedMemory();
const started = performance.now();
const base = await loadLanguageModel(assetPath('base-model'));
const size = sizes[values.quick ? 'quick' : 'full'];
const laboratories = Array.from(
  { length: Number(values.seeds) },
  (_, seed) => new Laboratory(seed, size, base),
);
const rows: Row[] = [...ladderRows, ...modelRows, ...rewardRows, ...ppoRows]
  .filter(({ id }) => values.row.length === 0 || values.row.some((name) => id.startsWith(name)))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

const plots = 'images/paper';
const finished: Finished[] = [];
for (const row of rows) {
  const begin = performance.now();
  const own = laboratories.slice(0, values.quick ? row.quickSeeds : laboratories.length);
  let result: Finished['result'] = null;
  let failure: string | null = null;
  try {
    result = await row.run(own);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const seconds = (performance.now() - begin) / 1000;
  finished.push({ row, seeds: own.length, seconds, result, failure });
  writePage();
  if (values.json) console.log(JSON.stringify({ id: row.id, seconds, failure, ...result }));
  else {
    const verdict =
      result === null
        ? `failed: ${failure ?? ''}`
        : result.reproduced
          ? 'reproduced'
          : 'not reproduced';
    console.log(`${row.id} (${seconds.toFixed(0)} s) ${verdict}. ${result?.finding ?? ''}`);
  }
}

if (finished.some(({ result }) => result === null)) process.exitCode = 1;

/** Writes the page as far as it stands: a run that is cut short leaves its rows. */
function writePage(): void {
  const folder = path.join(values.out, plots);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { row, result } of finished) {
    for (const [i, plot] of (result?.plots ?? []).entries()) {
      const files = plotFiles(row, i);
      for (const theme of ['light', 'dark'] as const) {
        writeFileSync(path.join(folder, files[theme]), plotSvg(plot, theme));
      }
    }
  }
  const options = [
    values.quick ? '--quick' : '',
    values.seeds === '3' ? '' : `--seeds ${values.seeds}`,
  ];
  const given = options.filter((option) => option !== '').join(' ');
  writeFileSync(
    path.join(values.out, 'PAPER_IN_MINIATURE.md'),
    paperPage(finished, {
      command: `npm run bench:paper${given === '' ? '' : ` -- ${given}`}`,
      machine: `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown processor'}`,
      seconds: (performance.now() - started) / 1000,
      plots,
    }),
  );
}
