/** Expert iteration: from an SFT model, a reward model and prompts to an aligned policy. */
import { z } from 'zod';
import { ExpertIterationLoop } from '../../ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { WorkMaker } from '../runContext.ts';
import { executionOf } from './execution.ts';
import { asked, askedSchema, promptsOf, refuseEmpty } from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { languageModelOf, languageModelWork, rewardModelOf } from './modelWork.ts';
import { warnOfRewardModel } from './rewardReportFile.ts';

/** See the file's header. */
export const expertWork: WorkMaker = async (context) => {
  const { spec } = context.run;
  const hyperparameters = resolveHyperparameters('expert', spec.hyperparameters);
  const prompts = await frozenInputs(context, z.array(askedSchema), (dataset) => {
    const found = promptsOf(dataset, 'train').map(asked);
    refuseEmpty(found, 'prompts', 'train', 'Add prompts first.');
    warnOfRewardModel(context);
    return found;
  });
  const loop = new ExpertIterationLoop({
    model: await languageModelOf(context.run, 'policy'),
    rewardModel: await rewardModelOf(context.run, 'reward'),
    prompts,
    hyperparameters,
    seed: spec.seed,
    execution: await executionOf(spec),
  });
  return languageModelWork(context.run, loop);
};
