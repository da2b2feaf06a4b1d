/** PPO: from an SFT model, a reward model and a project's prompts to an aligned policy. */
import { PpoLoop } from '../../ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { WorkMaker } from '../runContext.ts';
import { refuseTooLarge } from '../stageMemory.ts';
import { executionOf } from './execution.ts';
import { askedInputs, askedInputsSchema } from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { pretrainingText } from './pretrainingText.ts';
import { languageModelOf, languageModelWork, rewardModelOf } from './modelWork.ts';
import { warnOfRewardModel } from './rewardReportFile.ts';
import { promptLengths } from './stageLengths.ts';

/** See the file's header. */
export const ppoWork: WorkMaker = async (context) => {
  const { spec } = context.run;
  const hyperparameters = resolveHyperparameters('ppo', spec.hyperparameters);
  const { prompts, validPrompts } = await frozenInputs(context, askedInputsSchema, (dataset) => {
    const found = askedInputs(dataset);
    warnOfRewardModel(context); // once, not again when the run goes on
    return found;
  });
  const model = await languageModelOf(context.run, 'policy');
  const lengths = promptLengths(model.tokenizer, prompts, hyperparameters.maxNewTokens);
  refuseTooLarge({ stage: 'ppo', config: model.config, settings: hyperparameters, lengths });
  const text = hyperparameters.ptxCoef > 0 ? await pretrainingText(context) : null;
  const loop = new PpoLoop({
    model,
    rewardModel: await rewardModelOf(context.run, 'reward'),
    prompts,
    validationPrompts: validPrompts,
    ...(text === null ? {} : { document: text }),
    hyperparameters,
    seed: spec.seed,
    execution: await executionOf(spec, context),
  });
  return languageModelWork(context.run, loop);
};
