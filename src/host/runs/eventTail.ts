/** Follows an append-only file of events from a byte offset, without ever reading it twice. */
import { open } from 'node:fs/promises';
import { readRunEvent } from '../../protocol/runFold.ts';
import type { RunEvent } from '../../protocol/run.ts';

/** What was appended since the last read. */
export interface TailRead {
  readonly events: readonly RunEvent[];
  /** The file is shorter than what was read before: `events` starts again from its beginning. */
  readonly restarted: boolean;
}

const chunkBytes = 1 << 20;
const newline = 0x0a;

/** See the file's header. Lines that are no event are counted in {@link badLines} and skipped. */
export class EventTail {
  private readonly path: string;
  /** End of the last whole line that was read. */
  private offset = 0;
  badLines = 0;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Reads the whole lines that were appended since the last call; a torn last line waits for its
   * end. A missing file reads as empty. Calls must not overlap. Rejects with what the file system
   * throws, but for a missing file.
   */
  async read(): Promise<TailRead> {
    const file = await open(this.path, 'r').catch((thrown: unknown) => {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
      throw thrown;
    });
    if (file === null) {
      const restarted = this.offset > 0;
      this.offset = 0;
      return { events: [], restarted };
    }
    try {
      const { size } = await file.stat();
      const restarted = size < this.offset;
      if (restarted) {
        this.offset = 0;
        this.badLines = 0;
      }
      const events: RunEvent[] = [];
      let kept = Buffer.alloc(0);
      let position = this.offset;
      while (position < size) {
        const chunk = Buffer.alloc(Math.min(chunkBytes, size - position));
        const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        const bytes = Buffer.concat([kept, chunk.subarray(0, bytesRead)]);
        const end = bytes.lastIndexOf(newline) + 1;
        this.takeLines(bytes.toString('utf8', 0, end), events);
        this.offset += end;
        kept = bytes.subarray(end);
      }
      return { events, restarted };
    } finally {
      await file.close();
    }
  }

  private takeLines(text: string, events: RunEvent[]): void {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      const event = readRunEvent(line);
      if (event === null) this.badLines += 1;
      else events.push(event);
    }
  }
}
