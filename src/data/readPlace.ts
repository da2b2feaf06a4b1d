/** One line of a file, read back by its place. */
import { open } from 'node:fs/promises';

/** The text of one line, without its newline, given its place. */
export async function readPlace(
  path: string,
  place: { readonly offset: number; readonly bytes: number },
): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(place.bytes);
    const { bytesRead } = await handle.read(buffer, 0, place.bytes, place.offset);
    const text = buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '');
    return place.offset === 0 ? text.replace(/^\uFEFF/, '') : text;
  } finally {
    await handle.close();
  }
}
