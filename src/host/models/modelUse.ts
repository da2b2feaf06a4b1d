/** Who needs a model: what stands in the way of deleting it. */
import * as l10n from '@vscode/l10n';
import type { Run } from '../runs/run.ts';
import type { ModelInfo } from '../views/modelCatalog.ts';
import { stateLabel } from '../views/runNodes.ts';
import { stageLabels } from '../views/stageLabels.ts';

/** As much of a run as is asked. */
export type UsingRun = Pick<Run, 'id' | 'spec' | 'state'>;

/**
 * What would be broken without a model, in words: the project whose base it is, models that were made
 * from it and stand, and runs that have yet to read it. What has only been measured with it does not
 * need it any more.
 */
export function usersOf(
  model: Pick<ModelInfo, 'ref'>,
  base: string | undefined,
  models: readonly Pick<ModelInfo, 'ref' | 'made' | 'exists' | 'run'>[],
  runs: readonly UsingRun[],
): string[] {
  const users: string[] = [];
  if (model.ref === base) users.push(l10n.t('the project, as its base model'));
  for (const run of runs) {
    if (run.spec === undefined || !Object.values(run.spec.models).includes(model.ref)) continue;
    const name = `${stageLabels[run.spec.stage]} ${run.id}`;
    const made = models.some((other) => other.exists && other.run?.id === run.id);
    if (made) users.push(l10n.t`the model of ${name}`);
    else if (run.state !== 'finished')
      users.push(l10n.t`${name}, which is ${stateLabel(run.state)}`);
  }
  return users;
}
