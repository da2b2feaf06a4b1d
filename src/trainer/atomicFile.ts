/** Files that are either the old ones or the new ones, whatever happens in between. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file under a temporary name, flushes it to disk and renames it into place. Where the
 * file system throws, the old file stands, and the temporary one is gone.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    writeDurably(temporary, [typeof content === 'string' ? Buffer.from(content) : content]);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** {@link writeFileAtomic} of a value as indented JSON with a final newline. */
export function writeJsonAtomic(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Writes a new file from parts and flushes it to disk. Not atomic: for files in a temporary folder. */
export function writeDurably(path: string, parts: readonly Uint8Array[]): void {
  const descriptor = openSync(path, 'w');
  try {
    for (const part of parts) writeAll(descriptor, part);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes every byte, however few the system takes at a time. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) {
    offset += writeSync(descriptor, bytes, offset, bytes.length - offset);
  }
}

/** Flushes a folder's entries, so that a rename survives a power cut. Does nothing on Windows. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
