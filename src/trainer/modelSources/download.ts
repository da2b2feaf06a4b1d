/** Fetching a file so that a broken connection costs only what was under way. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { InstructError } from '../../protocol/errors.ts';
import { ask, unreachable, type HubAccess, type HubFile } from './hub.ts';

/** How often it is told how far a download is. */
const tellEveryMs = 200;

/**
 * Fetches a file to `target`; what has arrived stands in `target.part`, from which it goes on. A file
 * that stands already with the right content is not fetched again. `arrived` is told the bytes that
 * are there.
 *
 * @throws InstructError `io-failed` for a connection that breaks, and for content that is not what the
 * server says it is: then nothing of it is kept.
 */
export async function download(
  file: HubFile,
  target: string,
  access: HubAccess,
  arrived: (bytes: number) => void,
): Promise<void> {
  if (existsSync(target) && (await isWhole(file, target))) {
    arrived(file.bytes);
    return;
  }
  const part = `${target}.part`;
  let begun = existsSync(part) ? statSync(part).size : 0;
  if (begun > file.bytes) {
    await rm(part);
    begun = 0;
  }
  if (begun < file.bytes || file.bytes === 0) await fetchFrom(file, part, begun, access, arrived);
  if (!(await isWhole(file, part))) {
    await rm(part, { force: true });
    throw new InstructError({
      code: 'io-failed',
      message: `${file.path} has arrived, but its checksum is not the one that ${access.endpoint} gives.`,
      remedy: 'Fetch it again: it was discarded.',
      place: { path: file.path },
    });
  }
  await rename(part, target);
  arrived(file.bytes);
}

async function fetchFrom(
  file: HubFile,
  part: string,
  begun: number,
  access: HubAccess,
  arrived: (bytes: number) => void,
): Promise<void> {
  const range: Record<string, string> = begun > 0 ? { range: `bytes=${begun}-` } : {};
  const response = await ask(file.url, access, range);
  if (!response.ok || response.body === null) {
    throw unreachable(file.url, `the server answered ${response.status}`);
  }
  const resumed = response.status === 206;
  const handle = await open(part, resumed ? 'a' : 'w');
  let bytes = resumed ? begun : 0;
  let told = 0;
  try {
    for await (const chunk of response.body) {
      if (!(chunk instanceof Uint8Array)) throw new Error('download: expected bytes');
      await handle.write(chunk);
      bytes += chunk.length;
      if (Date.now() - told < tellEveryMs) continue;
      told = Date.now();
      arrived(bytes);
    }
    await handle.sync();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unreachable(file.url, `the connection broke after ${bytes} bytes (${why})`, cause);
  } finally {
    await handle.close();
  }
}

async function isWhole({ bytes, digest }: HubFile, path: string): Promise<boolean> {
  if (statSync(path).size !== bytes) return false;
  if (digest === null) return true;
  const hash = createHash(digest.kind === 'git' ? 'sha1' : 'sha256');
  if (digest.kind === 'git') hash.update(`blob ${bytes}\0`);
  for await (const chunk of createReadStream(path)) {
    if (!Buffer.isBuffer(chunk)) throw new Error('download: expected bytes');
    hash.update(chunk);
  }
  return hash.digest('hex') === digest.hex;
}
