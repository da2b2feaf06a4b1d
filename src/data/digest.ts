/** SHA-256 of files: what a run was trained on, and which weights a completion came from. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';

/** The SHA-256 of a file's bytes in hex, read as a stream. Rejects with Node's error. */
export async function sha256OfFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    if (!Buffer.isBuffer(chunk)) throw new Error('sha256OfFile: expected bytes');
    digest.update(chunk);
  }
  return digest.digest('hex');
}

/** Digests of files of a project, in the form that `run.json` keeps of its inputs. */
export async function digestFiles(
  projectDir: string,
  paths: readonly string[],
): Promise<{ path: string; sha256: string }[]> {
  const digests: { path: string; sha256: string }[] = [];
  for (const path of paths) {
    digests.push({ path, sha256: await sha256OfFile(join(projectDir, path)) });
  }
  return digests;
}
