/**
 * The heartbeat of a run. It beats in a thread of its own: a step of a large model blocks the main
 * thread for longer than a watcher waits.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { Heartbeat } from '../protocol/run.ts';

/** The time between two beats. */
export const beatEveryMs = 1000;

/** Who is alive: a beat without its time. */
export type Pulse = Omit<Heartbeat, 'beatAt'>;

/** Rewrites a heartbeat file every {@link beatEveryMs} until it is stopped. */
export class HeartbeatThread {
  private readonly worker: Worker;
  private failure: string | null = null;

  /** The first beat is written before this returns; throws what the file system throws. */
  constructor(path: string, pulse: Pulse, clock: () => number) {
    writeFileSync(`${path}.tmp`, JSON.stringify({ ...pulse, beatAt: clock() }));
    renameSync(`${path}.tmp`, path);
    const settings = JSON.stringify({ path, pulse, everyMs: beatEveryMs });
    const program = `(${beat.toString()})(${settings})`;
    this.worker = new Worker(program, { eval: true, execArgv: [] });
    this.worker.unref();
    // Each beat is answered: with null when it was written, with the reason when it was not.
    this.worker.on('message', (message: unknown) => {
      this.failure = z.string().nullable().parse(message);
    });
    this.worker.on('error', (error: Error) => {
      this.failure = error.message;
    });
  }

  /** What kept the last beat from being written, or null. */
  get problem(): string | null {
    return this.failure;
  }

  /** After this, no beat is written any more. */
  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}

/** The whole program of the thread: it is handed over as text, so it names nothing from outside. */
function beat(settings: { path: string; pulse: Pulse; everyMs: number }): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  const fs = process.getBuiltinModule('node:fs');
  const { path, pulse, everyMs } = settings;
  setInterval(() => {
    try {
      fs.writeFileSync(`${path}.tmp`, JSON.stringify({ ...pulse, beatAt: Date.now() }));
      fs.renameSync(`${path}.tmp`, path);
      parentPort?.postMessage(null);
    } catch (error) {
      parentPort?.postMessage(String(error));
    }
  }, everyMs);
}
