/** Files that are shipped with the program. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InstructError } from '../protocol/errors.ts';

/** Folders under `media/`. */
export type Asset = 'base-model' | 'sample-project';

/**
 * The absolute path of a shipped folder: beside `dist/` where the program is a bundle, beside `src/`
 * where it is not.
 * @throws InstructError `missing-file` when the installation is not complete.
 */
export function assetPath(name: Asset): string {
  const candidates = ['..', join('..', '..')].map((up) =>
    join(import.meta.dirname, up, 'media', name),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new InstructError({
    code: 'missing-file',
    message: `${candidates[0]}: the installation lacks this folder.`,
    remedy:
      'Install Instruct Studio again, or run "npm run build:base-model" in a development copy.',
    place: { path: candidates[0] },
  });
}
