/** Expert iteration: from an SFT model, a reward model and prompts to an aligned policy. */
import { ExpertIterationLoop } from '../../ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { WorkMaker } from '../runContext.ts';
import { refuseTooLarge } from '../stageMemory.ts';
import { executionOf } from './execution.ts';
import { askedInputs, askedInputsSchema } from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { languageModelOf, languageModelWork, rewardModelOf } from './modelWork.ts';
import { warnOfRewardModel } from './rewardReportFile.ts';
import { promptLengths } from './stageLengths.ts';

/** See the file's header. */
export const expertWork: WorkMaker = async (context) => {
  const { spec } = context.run;
  const hyperparameters = resolveHyperparameters('expert', spec.hyperparameters);
  const { prompts, validPrompts } = await frozenInputs(context, askedInputsSchema, (dataset) => {
    const found = askedInputs(dataset);
    warnOfRewardModel(context);
    return found;
  });
  const model = await languageModelOf(context.run, 'policy');
  const lengths = promptLengths(model.tokenizer, prompts, hyperparameters.maxNewTokens);
  refuseTooLarge({ stage: 'expert', config: model.config, settings: hyperparameters, lengths });
  const loop = new ExpertIterationLoop({
    model,
    rewardModel: await rewardModelOf(context.run, 'reward'),
    prompts,
    validationPrompts: validPrompts,
    hyperparameters,
    seed: spec.seed,
    execution: await executionOf(spec, context),
  });
  return languageModelWork(context.run, loop);
};
