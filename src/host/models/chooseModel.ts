import * as l10n from '@vscode/l10n';
import { InstructError } from '../../protocol/errors.ts';
import { targetId } from '../commands/arguments.ts';
import { chooseInSteps } from '../commands/quickSteps.ts';
import { modelChoice, modelsOf } from '../commands/trainingCommands.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { ModelInfo } from '../views/modelCatalog.ts';

/**
 * The model that an argument names, else the one that the user picks; undefined when given up.
 * @throws InstructError `bad-model` when there is none.
 */
export async function chooseModel(
  project: ProjectFolder,
  argument: unknown,
  title: string,
): Promise<ModelInfo | undefined> {
  const models = (await modelsOf(project)).filter(({ exists }) => exists);
  const named = targetId(argument, 'model');
  const remedy = l10n.t('Add one with “Add Model…”, or train one.');
  if (named !== undefined) {
    const found = models.find(({ ref }) => ref === named);
    if (found !== undefined) return found;
    throw new InstructError({
      code: 'bad-model',
      message: l10n.t`There is no model ${named}.`,
      remedy,
    });
  }
  if (models.length === 0) {
    const message = l10n.t('There is no model in this project yet.');
    throw new InstructError({ code: 'bad-model', message, remedy });
  }
  const steps = [{ placeholder: l10n.t('Model'), choices: models.map(modelChoice) }];
  const ref = (await chooseInSteps(title, steps))?.at(0);
  return models.find((model) => model.ref === ref);
}
