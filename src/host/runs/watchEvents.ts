import { watch as watchFile } from 'node:fs';
import { runFiles } from '../../protocol/run.ts';
import type { Disposable } from '../disposables.ts';
import type { Run } from './run.ts';

/** Reports writes to a live run's events as the file system tells of them. */
export function watchEvents(run: Run, changed: () => void): Disposable {
  let pending: NodeJS.Timeout | undefined;
  try {
    const watcher = watchFile(run.folder, { persistent: false }, (_kind, name) => {
      if (name !== runFiles.events || pending !== undefined) return;
      pending = setTimeout(() => {
        pending = undefined;
        changed();
      }, 50);
    });
    watcher.on('error', () => watcher.close()); // the poll goes on without it
    return {
      dispose: () => {
        clearTimeout(pending);
        watcher.close();
      },
    };
  } catch {
    return { dispose: () => undefined }; // no watching on this file system: the poll does it
  }
}
