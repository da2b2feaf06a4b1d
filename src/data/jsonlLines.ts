/**
 * A JSONL file as a stream of lines: never the whole file in memory, LF and CRLF, with or without
 * a byte-order mark or a last newline. A line that cannot be read is reported in its place and
 * never hides the others.
 */
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { breaksOff } from './tornLine.ts';

/** A line longer than this (16 MiB) is reported and skipped; the store refuses to write one. */
export const maxLineBytes = 16 * 1024 * 1024;

const chunkBytes = 96 * 1024;
const newline = 0x0a;

/** Where a line stands. `line` counts from 1, `offset` and `bytes` (with the newline) are bytes. */
export interface LinePlace {
  readonly line: number;
  readonly offset: number;
  readonly bytes: number;
}

/** A line as text, without its newline, carriage return and byte-order mark. */
export interface TextLine extends LinePlace {
  readonly type: 'text';
  readonly text: string;
  /** False for a last line that no newline ends. */
  readonly terminated: boolean;
}

/** A line that is not readable text. */
export interface UnreadableLine extends LinePlace {
  readonly type: 'unreadable';
  readonly column: number;
  readonly code: 'bad-utf8' | 'line-too-long';
  readonly message: string;
  readonly terminated: boolean;
}

/** Where to start and who else wants the bytes. */
export interface ReadLinesOptions {
  /** Start at this byte, which begins this line; the first line when absent. */
  readonly from?: { readonly offset: number; readonly line: number };
  /** The limit of a line's length, {@link maxLineBytes} when absent. */
  readonly maxLineBytes?: number;
  /** Sees every chunk of bytes in order; the buffer is reused after the call. */
  readonly onBytes?: (offset: number, bytes: Uint8Array) => void;
}

/**
 * Reads the lines of a file in batches, one batch a chunk of 256 KiB, so that an event loop is
 * never held longer than a chunk takes. Rejects with Node's error where the file cannot be read.
 */
export async function* readLines(
  path: string,
  options: ReadLinesOptions = {},
): AsyncGenerator<(TextLine | UnreadableLine)[], void, undefined> {
  const handle = await open(path, 'r');
  try {
    yield* linesOf(handle, options);
  } finally {
    await handle.close();
  }
}

async function* linesOf(
  handle: FileHandle,
  options: ReadLinesOptions,
): AsyncGenerator<(TextLine | UnreadableLine)[], void, undefined> {
  const limit = options.maxLineBytes ?? maxLineBytes;
  let buffer: Buffer = Buffer.allocUnsafe(chunkBytes);
  let held = 0; // bytes of an unfinished line at the start of `buffer`
  let skipped = 0; // bytes of an over-long line that were let go
  let line = options.from?.line ?? 1;
  let lineOffset = options.from?.offset ?? 0;

  const finish = (start: number, end: number, terminated: boolean): TextLine | UnreadableLine => {
    const place = { line, offset: lineOffset, bytes: skipped + end - start };
    line += 1;
    lineOffset += place.bytes;
    if (skipped > 0 || end - start > limit) {
      skipped = 0;
      return { type: 'unreadable', ...place, ...tooLong(place.bytes, limit), terminated };
    }
    return decode(buffer, start, end, place, terminated);
  };

  /** The lines of the first bytes of `buffer`, which a newline ends. */
  const finishAll = (end: number): (TextLine | UnreadableLine)[] => {
    const whole = buffer.subarray(0, end);
    if (skipped === 0 && end <= limit && isUtf8(whole)) {
      const lines = splitLines(whole, line, lineOffset);
      line += lines.length;
      lineOffset += end;
      return lines;
    }
    const lines: (TextLine | UnreadableLine)[] = [];
    for (let start = 0; start < end;) {
      const next = whole.indexOf(newline, start) + 1;
      lines.push(finish(start, next, true));
      start = next;
    }
    return lines;
  };

  const chunks = new ReadAhead(handle, lineOffset);
  for (;;) {
    if (held > limit) {
      skipped += held;
      held = 0;
    }
    if (buffer.length - held < chunkBytes) {
      const grown = Buffer.allocUnsafe(Math.max(2 * buffer.length, held + chunkBytes));
      buffer.copy(grown, 0, 0, held);
      buffer = grown;
    }
    const position = lineOffset + skipped + held;
    const chunk = await chunks.next();
    if (chunk.length === 0) break;
    chunk.copy(buffer, held);
    const end = held + chunk.length;
    options.onBytes?.(position, buffer.subarray(held, end));

    const last = buffer.subarray(held, end).lastIndexOf(newline); // what was held has none
    const start = last === -1 ? 0 : held + last + 1;
    const batch = start > held ? finishAll(start) : [];
    if (start > 0) buffer.copyWithin(0, start, end);
    held = end - start;
    if (batch.length > 0) yield batch;
  }
  if (held > 0 || skipped > 0) yield [finish(0, held, false)];
}

/** The chunks of a file in order, each read while the one before it is being worked on. */
class ReadAhead {
  private readonly handle: FileHandle;
  private ahead: Promise<Buffer>;
  private free: Buffer = Buffer.allocUnsafe(chunkBytes);
  private position: number;

  constructor(handle: FileHandle, position: number) {
    this.handle = handle;
    this.position = position;
    this.ahead = this.read(Buffer.allocUnsafe(chunkBytes));
  }

  /** The next bytes, valid until the call after this one; none at the end of the file. */
  async next(): Promise<Buffer> {
    const chunk = await this.ahead;
    this.position += chunk.length;
    if (chunk.length > 0) this.ahead = this.read(this.free);
    this.free = Buffer.from(chunk.buffer, chunk.byteOffset, chunkBytes);
    return chunk;
  }

  private read(into: Buffer): Promise<Buffer> {
    const reading = this.handle
      .read(into, 0, chunkBytes, this.position)
      .then(({ bytesRead }) => into.subarray(0, bytesRead));
    reading.catch(() => undefined); // whoever asks for the chunk is told; nobody may
    return reading;
  }
}

/** Bytes that are UTF-8 and end with a newline, decoded at once: most of all lines are read so. */
function splitLines(bytes: Buffer, line: number, offset: number): TextLine[] {
  const all = bytes.toString('utf8');
  const isAscii = all.length === bytes.length;
  const lines: TextLine[] = [];
  for (let start = 0; start < all.length;) {
    const end = all.indexOf('\n', start) + 1;
    const length = isAscii ? end - start : Buffer.byteLength(all.slice(start, end));
    const first = offset === 0 && all.startsWith('\uFEFF') ? 1 : start;
    const last = end - 1 > first && all[end - 2] === '\r' ? end - 2 : end - 1;
    const text = all.slice(first, last);
    lines.push({ type: 'text', line, offset, bytes: length, text, terminated: true });
    line += 1;
    offset += length;
    start = end;
  }
  return lines;
}

function tooLong(
  bytes: number,
  limit: number,
): Pick<UnreadableLine, 'column' | 'code' | 'message'> {
  return {
    column: 1,
    code: 'line-too-long',
    message: `the line is too long: expected at most ${limit} bytes, got ${bytes}`,
  };
}

function decode(
  buffer: Buffer,
  start: number,
  end: number,
  place: LinePlace,
  terminated: boolean,
): TextLine | UnreadableLine {
  let last = end;
  if (last > start && buffer[last - 1] === newline) last -= 1;
  if (last > start && buffer[last - 1] === 0x0d) last -= 1;
  let first = start;
  if (place.offset === 0 && last - first >= 3 && buffer.readUIntBE(first, 3) === 0xefbbbf) {
    first += 3;
  }
  const bytes = buffer.subarray(first, last);
  if (isUtf8(bytes)) {
    return { type: 'text', ...place, text: buffer.toString('utf8', first, last), terminated };
  }
  const good = readablePart(bytes);
  if (!terminated && bytes.length - Buffer.byteLength(good) < 4 && breaksOff(good)) {
    return { type: 'text', ...place, text: good, terminated }; // torn inside a character
  }
  return { type: 'unreadable', ...place, ...badText(bytes, good, place.offset === 0), terminated };
}

function badText(
  bytes: Buffer,
  good: string,
  atStart: boolean,
): Pick<UnreadableLine, 'column' | 'code' | 'message'> {
  const mark = atStart && bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfffe || mark === 0xfeff) {
    const message = 'the file is UTF-16: expected UTF-8; save it with the encoding UTF-8';
    return { column: 1, code: 'bad-utf8', message };
  }
  const byte = bytes[Buffer.byteLength(good)].toString(16).padStart(2, '0');
  return {
    column: good.length + 1,
    code: 'bad-utf8',
    message: `not UTF-8: byte 0x${byte} cannot stand here; save the file with the encoding UTF-8`,
  };
}

/** The whole characters before the first byte that is not UTF-8. */
function readablePart(bytes: Buffer): string {
  const decodes = (length: number): string | null => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    try {
      return decoder.decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return null; // this is the question that was asked
    }
  };
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle) === null) bad = middle;
    else good = middle;
  }
  return decodes(good) ?? '';
}
