/** DPO: from an SFT model and a project's rankings to an aligned policy. */
import * as z from 'zod';
import { DpoLoop } from '../../ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { WorkMaker } from '../runContext.ts';
import { refuseTooLarge } from '../stageMemory.ts';
import { executionOf } from './execution.ts';
import { rankedBySplit, rankedSchema, refuseEmpty } from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { languageModelOf, languageModelWork } from './modelWork.ts';
import { rankingLengths } from './stageLengths.ts';

const inputsSchema = z.object({ train: z.array(rankedSchema), valid: z.array(rankedSchema) });

/** See the file's header. */
export const dpoWork: WorkMaker = async (context) => {
  const { spec } = context.run;
  const hyperparameters = resolveHyperparameters('dpo', spec.hyperparameters);
  const inputs = await frozenInputs(context, inputsSchema, async (dataset) => {
    const { train, valid } = await rankedBySplit(dataset);
    refuseEmpty(train, 'rankings', 'train', 'Sample completions and rank them first.');
    return { train, valid };
  });
  const model = await languageModelOf(context.run, 'policy');
  const lengths = rankingLengths(model.tokenizer, inputs.train);
  refuseTooLarge({ stage: 'dpo', config: model.config, settings: hyperparameters, lengths });
  const loop = new DpoLoop({
    model,
    rankings: inputs.train,
    validation: inputs.valid,
    hyperparameters,
    seed: spec.seed,
    execution: await executionOf(spec, context),
  });
  return languageModelWork(context.run, loop);
};
