/** Making a project folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InstructError } from '../protocol/errors.ts';

/** Where a project keeps the model that everything starts from. */
export const baseModelFolder = 'models/base';

/** @throws InstructError `bad-argument` naming the first of the files that stands already. */
export function refuseToOverwrite(folder: string, names: readonly string[]): void {
  const standing = names.find((name) => existsSync(join(folder, name)));
  if (standing === undefined) return;
  const path = join(folder, standing);
  throw new InstructError({
    code: 'bad-argument',
    message: `${path}: stands already, and nothing is overwritten.`,
    remedy: 'Choose an empty folder, or one that does not exist yet.',
    place: { path },
  });
}
