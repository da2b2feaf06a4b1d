/**
 * The writer of a run's `events.jsonl`. Lines are kept back for at most {@link writeEveryMs} and
 * then written whole, so that a fast run does not write thousands of times a second; every event is
 * kept. A line that a crash has torn is cut off when the log is opened again.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunEvent } from '../protocol/run.ts';
import { writeAll } from './atomicFile.ts';

/** How long an event waits, at most, before it is written. */
export const writeEveryMs = 50;
/** Space kept free for the last words of a run whose disk is full. */
const reserveBytes = 16_384;

/** An event before it has its time. */
export type NewEvent = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, 'time'>
    : never
  : never;

/** See the file's header. One writer a file: the owner of the run. */
export class EventLog {
  private readonly descriptor: number;
  private readonly reserve: string;
  private readonly clock: () => number;
  private readonly listen: (event: RunEvent) => void;
  /** Length of the file up to the last whole line. */
  private length: number;
  private waiting: string[] = [];
  private timer: NodeJS.Timeout | null = null;
  private failure: Error | null = null;
  /** How many bytes of a torn last line were cut off when the log was opened. */
  readonly repairedBytes: number;

  /**
   * Opens or creates the file and cuts off a torn last line. `listen` is told each event as it
   * happens, before it is on disk. Throws what the file system throws.
   */
  constructor(path: string, clock: () => number, listen: (event: RunEvent) => void) {
    this.clock = clock;
    this.listen = listen;
    this.reserve = join(dirname(path), '.reserve');
    writeFileSync(this.reserve, Buffer.alloc(reserveBytes, 1));
    this.descriptor = openSync(path, 'a+');
    const size = fstatSync(this.descriptor).size;
    this.length = endOfLastLine(this.descriptor, size);
    this.repairedBytes = size - this.length;
    if (this.repairedBytes > 0) ftruncateSync(this.descriptor, this.length);
  }

  /** Appends one event. Throws what an earlier write in the background threw. */
  append(event: NewEvent): void {
    this.throwFailure();
    const timed: RunEvent = { ...event, time: this.clock() };
    this.waiting.push(`${JSON.stringify(timed)}\n`);
    this.listen(timed);
    this.timer ??= setTimeout(() => {
      try {
        this.write();
      } catch (error) {
        this.failure = error instanceof Error ? error : new Error(String(error));
      }
    }, writeEveryMs);
  }

  /** Writes what waits and flushes it to disk. */
  sync(): void {
    this.throwFailure();
    this.write();
    fsyncSync(this.descriptor);
  }

  /**
   * Writes the last event of a run that fails, if need be in the space that was kept free for it.
   * Events that could not be written before it are given up.
   */
  appendLast(event: NewEvent): void {
    try {
      this.failure = null;
      this.append(event);
      this.sync();
    } catch {
      // The disk is full, most likely: the reserve makes room for this one line.
      rmSync(this.reserve, { force: true });
      this.waiting = this.waiting.slice(-1);
      this.sync();
    }
  }

  /** Writes what waits and closes the file. Later calls do nothing. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    try {
      if (this.failure === null) this.write();
    } finally {
      closeSync(this.descriptor);
      rmSync(this.reserve, { force: true });
    }
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure;
  }

  private write(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.waiting.length === 0) return;
    const bytes = Buffer.from(this.waiting.join(''));
    try {
      writeAll(this.descriptor, bytes);
    } catch (error) {
      ftruncateSync(this.descriptor, this.length); // no half line remains
      throw error;
    }
    this.length += bytes.length;
    this.waiting = [];
  }
}

/** Where the last whole line ends, reading backwards from the end of the file. */
function endOfLastLine(descriptor: number, size: number): number {
  const chunk = Buffer.alloc(4096);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - chunk.length);
    const read = readSync(descriptor, chunk, 0, end - start, start);
    const newline = chunk.subarray(0, read).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}
