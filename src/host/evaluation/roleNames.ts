import path from 'node:path';
import type { ModelInfo } from '../views/modelCatalog.ts';

/** What each model is called in the evaluation: its stage, and a number where there are several. */
export function roleNames(models: readonly Pick<ModelInfo, 'made' | 'ref'>[]): [string, string][] {
  const taken = new Set<string>(['base', 'reward', 'prompted', 'sft-best-of-n']);
  return models.map(({ made, ref }) => {
    const plain = made === 'base' ? path.posix.basename(ref).replaceAll(/[^\w-]+/g, '-') : made;
    let name = plain;
    for (let n = 2; taken.has(name); n++) name = `${plain}-${n}`;
    taken.add(name);
    return [name, ref];
  });
}
