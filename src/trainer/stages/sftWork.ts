/** SFT: from a project's demonstrations to a fine-tuned model. */
import { z } from 'zod';
import { SftLoop } from '../../ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { WorkMaker } from '../runContext.ts';
import {
  demonstratedBySplit,
  demonstratedSchema,
  fewShotBySplit,
  refuseEmpty,
} from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { languageModelOf, languageModelWork } from './modelWork.ts';

const inputsSchema = z.object({
  train: z.array(demonstratedSchema),
  valid: z.array(demonstratedSchema),
});

/** See the file's header. */
export const sftWork: WorkMaker = async (context) => {
  const { spec } = context.run;
  const hyperparameters = resolveHyperparameters('sft', spec.hyperparameters);
  const inputs = await frozenInputs(context, inputsSchema, async (dataset) => {
    const demonstrated = demonstratedBySplit(dataset);
    const fewShot = await fewShotBySplit(dataset);
    const train = [...demonstrated.train, ...fewShot.train];
    const valid = [...demonstrated.valid, ...fewShot.valid];
    refuseEmpty(train, 'demonstrations', 'train', 'Write demonstrations first.');
    return { train, valid };
  });
  const loop = new SftLoop({
    model: await languageModelOf(context.run, 'policy'),
    demonstrations: inputs.train,
    validation: inputs.valid,
    hyperparameters,
    seed: spec.seed,
  });
  return languageModelWork(context.run, loop);
};
