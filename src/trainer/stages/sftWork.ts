/** SFT: from a project's demonstrations to a fine-tuned model. */
import * as z from 'zod';
import type { PromptEntry } from '../../data/index.ts';
import { SftLoop } from '../../ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { WorkMaker } from '../runContext.ts';
import { executionOf } from './execution.ts';
import {
  asked,
  demonstratedBySplit,
  demonstratedSchema,
  fewShotBySplit,
  promptsOf,
  refuseEmpty,
} from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { refuseTooLarge } from '../stageMemory.ts';
import { languageModelOf, languageModelWork, rewardModelOf } from './modelWork.ts';
import { pretrainingText } from './pretrainingText.ts';
import { demonstrationLengths } from './stageLengths.ts';

const inputsSchema = z.object({
  train: z.array(demonstratedSchema),
  valid: z.array(demonstratedSchema),
  validPrompts: z.array(z.string()).default([]),
});

/** See the file's header. */
export const sftWork: WorkMaker = async (context) => {
  const { spec } = context.run;
  const hyperparameters = resolveHyperparameters('sft', spec.hyperparameters);
  const inputs = await frozenInputs(context, inputsSchema, async (dataset) => {
    const named = hyperparameters.categories;
    const narrow = named === '' ? null : new Set<string>(named.split(',').map((one) => one.trim()));
    const wanted = ({ category }: PromptEntry): boolean =>
      narrow === null || (category !== undefined && narrow.has(category));
    const demonstrated = demonstratedBySplit(dataset, wanted);
    const fewShot = await fewShotBySplit(dataset, wanted);
    const train = [...demonstrated.train, ...fewShot.train];
    const valid = [...demonstrated.valid, ...fewShot.valid];
    const what = named === '' ? 'demonstrations' : `demonstrations of ${named}`;
    refuseEmpty(train, what, 'train', 'Write demonstrations first.');
    const validPrompts = promptsOf(dataset, 'valid').map((prompt) => asked(prompt).prompt);
    return { train, valid, validPrompts };
  });
  const model = await languageModelOf(context.run, 'policy');
  const lengths = demonstrationLengths(model.tokenizer, inputs.train);
  refuseTooLarge({ stage: 'sft', config: model.config, settings: hyperparameters, lengths });
  const mixesText = hyperparameters.pretrainMix > 0;
  const loop = new SftLoop({
    model,
    demonstrations: inputs.train,
    validation: inputs.valid,
    rewardModel: 'reward' in spec.models ? await rewardModelOf(context.run, 'reward') : undefined,
    validationPrompts: inputs.validPrompts,
    document: mixesText ? await pretrainingText(context) : undefined,
    hyperparameters,
    seed: spec.seed,
    execution: await executionOf(spec, context),
  });
  return languageModelWork(context.run, loop);
};
