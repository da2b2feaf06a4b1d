/** Reading what a run has said of itself. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFiles } from '../protocol/run.ts';
import { foldRun, readRunEvent, type RunView } from '../protocol/runFold.ts';

/** The view of the events that a run folder holds so far. */
export function readRunView(folder: string): RunView {
  const path = join(folder, runFiles.events);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return foldRun(
    text
      .split('\n')
      .map(readRunEvent)
      .filter((event) => event !== null),
  );
}
