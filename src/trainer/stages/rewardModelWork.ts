/** RM: from a project's rankings to a reward model. */
import * as z from 'zod';
import { CrossValidatedLoop, RewardModelLoop, verdictText } from '../../ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { WorkMaker } from '../runContext.ts';
import { refuseTooLarge } from '../stageMemory.ts';
import { executionOf } from './execution.ts';
import {
  demonstratedBySplit,
  demonstratedSchema,
  rankedBySplit,
  rankedSchema,
  refuseEmpty,
} from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { languageModelOf, rewardModelResult } from './modelWork.ts';
import { writeRewardReport } from './rewardReportFile.ts';
import { rankingLengths } from './stageLengths.ts';

const inputsSchema = z.object({
  train: z.array(rankedSchema),
  valid: z.array(rankedSchema),
  demonstrations: z.array(demonstratedSchema),
});

/** See the file's header. */
export const rewardModelWork: WorkMaker = async (context) => {
  const { spec } = context.run;
  const hyperparameters = resolveHyperparameters('rm', spec.hyperparameters);
  const inputs = await frozenInputs(context, inputsSchema, async (dataset) => {
    const { train, valid } = await rankedBySplit(dataset);
    refuseEmpty(train, 'rankings', 'train', 'Sample completions and rank them first.');
    return { train, valid, demonstrations: demonstratedBySplit(dataset).train };
  });
  const model = await languageModelOf(context.run, 'policy');
  const lengths = rankingLengths(model.tokenizer, inputs.train);
  refuseTooLarge({ stage: 'rm', config: model.config, settings: hyperparameters, lengths });
  const options = {
    model,
    rankings: inputs.train,
    validation: inputs.valid,
    demonstrations: inputs.demonstrations,
    hyperparameters,
    seed: spec.seed,
    execution: await executionOf(spec, context),
  };
  const loop =
    hyperparameters.folds > 0 ? new CrossValidatedLoop(options) : new RewardModelLoop(options);
  return rewardModelResult(context.run, loop, ({ report }) => {
    writeRewardReport(context.run, report);
    return { goodEnoughForPpo: report.verdict.answer, conclusion: verdictText(report.verdict) };
  });
};
