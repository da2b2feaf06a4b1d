/**
 * One run at a time on a device: whoever comes later waits. Each run that wants the device has a
 * ticket in `runs/.queue/<device>/`, named so that their names sort by when they came; the first
 * ticket has the device. A ticket whose process is gone counts no more. Two that come at the same
 * moment cannot both be first: who draws a number says so before, draws one above all that stand, and
 * nobody goes while another living process draws (Lamport's bakery, CACM 17(8), 1974).
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { pidAlive } from './ownership.ts';

const ticketSchema = z.object({ run: z.string(), pid: z.int() });

/** How the name of a file begins that says that a process draws a number. */
const drawingPrefix = '.drawing-';

/** A run's ticket. It holds the device as long as nobody came before it and is still there. */
export class DeviceTicket {
  private readonly folder: string;
  private readonly name: string;

  /** Draws a ticket for a run of this process. Throws what the file system throws. */
  constructor(folder: string, run: string, now: number) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    const drawing = join(folder, `${drawingPrefix}${process.pid}-${run}.json`);
    writeFileSync(drawing, JSON.stringify({ run, pid: process.pid }));
    const numbers = this.tickets().map((name) => Number.parseInt(name, 10) + 1);
    const number = Math.max(now, ...numbers);
    this.name = `${String(number).padStart(15, '0')}-${process.pid}-${run}.json`;
    renameSync(drawing, join(folder, this.name)); // the ticket stands, and the drawing is over
  }

  /** The run that has to end before this one's turn; undefined when it is its turn. */
  behind(): string | undefined {
    let before: string | undefined;
    const all = readdirSync(this.folder);
    const drawing = all.filter((name) => name.startsWith(drawingPrefix));
    const earlier = this.tickets().filter((name) => name < this.name);
    for (const name of [...drawing, ...earlier]) {
      const ticket = this.read(name);
      if (ticket !== null && pidAlive(ticket.pid)) before = ticket.run;
      else if (ticket !== null) rmSync(join(this.folder, name), { force: true });
    }
    return before;
  }

  private tickets(): string[] {
    return readdirSync(this.folder)
      .filter((name) => /^\d/.test(name))
      .sort();
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
