/** One line of a file, read back by its place. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

interface Place {
  readonly offset: number;
  readonly bytes: number;
}

/** The text of one line, without its newline, given its place. */
export async function readPlace(path: string, place: Place): Promise<string> {
  const handle = await open(path, 'r');
  try {
    return await readFrom(handle, place);
  } finally {
    await handle.close();
  }
}

/** As {@link readPlace}, from a file that is open already. */
export async function readFrom(handle: FileHandle, place: Place): Promise<string> {
  const buffer = Buffer.alloc(place.bytes);
  const { bytesRead } = await handle.read(buffer, 0, place.bytes, place.offset);
  const text = buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '');
  return place.offset === 0 ? text.replace(/^\uFEFF/, '') : text;
}
