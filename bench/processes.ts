/**
 * Processes that measure rounds on request, ours and the peer's alike: both stand ready, and the
 * rounds alternate, so that whatever else the machine does falls on both. Memory is each one's own.
 * A process gets its case as JSON in its first argument. It says a line `{"parameters":…}` when it is
 * warm, a line `{"ms":…}` for each line it is sent, and `{"peakRssMb":…}` when its input ends.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import * as z from 'zod';
import type { BenchCase } from './cases.ts';

const readySchema = z.object({ parameters: z.number(), flops: z.number().optional() });
const roundSchema = z.object({ ms: z.number() });
const endSchema = z.object({ peakRssMb: z.number() });

/** A program that measures, and its arguments but the case. */
export interface Measurer {
  readonly executable: string;
  readonly argv: readonly string[];
}

/** A warm process. Must be ended. */
export class MeasuringProcess {
  /** What it said when it was warm; `flops` of one round's matrix products where it knows. */
  readonly ready: z.infer<typeof readySchema>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    ready: z.infer<typeof readySchema>,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.ready = ready;
  }

  /** Starts it and waits until it is warm. Throws where it ends before. */
  static async start(
    { executable, argv }: Measurer,
    benchCase: BenchCase,
  ): Promise<MeasuringProcess> {
    const child = spawn(executable, [...argv, JSON.stringify(benchCase)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: String(benchCase.threads) },
    });
    child.on('error', (error) => {
      console.error(`${executable} does not start: ${error.message}`);
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return new MeasuringProcess(child, lines, await nextLine(lines, readySchema));
  }

  /** Milliseconds of one round. */
  async round(): Promise<number> {
    this.#child.stdin.write('\n');
    return (await nextLine(this.#lines, roundSchema)).ms;
  }

  /** Ends it; the most memory it had, in MB. */
  async end(): Promise<number> {
    this.#child.stdin.end();
    return (await nextLine(this.#lines, endSchema)).peakRssMb;
  }
}

async function nextLine<T>(lines: AsyncIterator<string>, schema: z.ZodType<T>): Promise<T> {
  const line = await lines.next();
  if (line.done === true) throw new Error('bench: expected another line, but the process ended');
  return schema.parse(JSON.parse(line.value));
}
