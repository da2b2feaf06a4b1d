/**
 * One run at a time on a device: whoever comes later waits. Each run that wants the device has a
 * ticket in `runs/.queue/<device>/`, named so that their names sort by when they came; the first
 * ticket has the device. A ticket whose process is gone counts no more.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { pidAlive } from './ownership.ts';

const ticketSchema = z.object({ run: z.string(), pid: z.int() });

/** A run's ticket. It holds the device as long as nobody came before it and is still there. */
export class DeviceTicket {
  private readonly folder: string;
  private readonly name: string;

  /** Draws a ticket for a run of this process. Throws what the file system throws. */
  constructor(folder: string, run: string, now: number) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.name = `${String(now).padStart(15, '0')}-${process.pid}-${run}.json`;
    writeFileSync(join(folder, this.name), JSON.stringify({ run, pid: process.pid }));
  }

  /** The run that has to end before this one's turn; undefined when it is its turn. */
  behind(): string | undefined {
    let before: string | undefined;
    for (const name of readdirSync(this.folder).sort()) {
      if (name >= this.name) break;
      const ticket = this.read(name);
      if (ticket !== null && pidAlive(ticket.pid)) before = ticket.run;
      else if (ticket !== null) rmSync(join(this.folder, name), { force: true });
    }
    return before;
  }

  /** Gives the device back, or the wish for it up. */
  leave(): void {
    rmSync(join(this.folder, this.name), { force: true });
  }

  private read(name: string): z.infer<typeof ticketSchema> | null {
    try {
      return ticketSchema.parse(JSON.parse(readFileSync(join(this.folder, name), 'utf8')));
    } catch {
      return null; // it was given back meanwhile, or is just being written
    }
  }
}
