/** The measuring process of our engine, see `processes.ts`: node bench/measure.ts CASE */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { keepFreedMemory } from '../src/trainer/keepFreedMemory.ts';
import { benchCaseSchema } from './cases.ts';
import { prepare } from './rounds.ts';

keepFreedMemory(); // as the trainer does
const benchCase = benchCaseSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { parameters, flops, round } = await prepare(benchCase);
for (let warm = 0; warm < 2; warm++) await round();
console.log(JSON.stringify({ parameters, flops }));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
while ((await lines.next()).done !== true) {
  const started = performance.now();
  await round();
  console.log(JSON.stringify({ ms: performance.now() - started }));
}
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ peakRssMb }));
process.exit(0);
