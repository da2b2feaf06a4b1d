/** What an evaluation asks: the prompts of the split, and the prefixes that the prompted base may get. */
import * as z from 'zod';
import { modelInput, promptText, type Dataset } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { scorers } from '../../protocol/evaluationReport.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import { promptSchema, type Prompt } from '../../protocol/records.ts';
import { createWorld, isWorldPrompt } from '../../world/index.ts';
import type { EvalModels } from './evalModels.ts';
import { promptsOf, splitsNamed, splitsOf } from './examples.ts';
import { contestPrompts, demonstrationPrefixes, prefixSchema, prefixes } from './prefixContest.ts';

/** As it is kept in the run's folder. */
export const evalInputsSchema = z.object({
  scoredBy: z.enum(scorers).default('gold'),
  prompts: z.array(promptSchema),
  /** What the few-shot prefixes compete on. */
  contest: z.array(promptSchema),
  /** Empty where there is nothing to make a prefix of: then the base is not prompted. */
  prefixes: z.array(prefixSchema).default(() => prefixes(createWorld())),
});
/** See {@link evalInputsSchema}. */
export type EvalInputs = z.infer<typeof evalInputsSchema>;

/**
 * Chooses prompts and prefixes.
 * @throws InstructError `empty-dataset` where nothing of the split can be judged.
 */
export async function gatherEvalInputs(
  dataset: Dataset,
  settings: Hyperparameters<'eval'>,
  models: EvalModels,
  seed: number,
): Promise<EvalInputs> {
  const { split, scoredBy } = settings;
  const most = settings.maxPrompts === 0 ? Infinity : settings.maxPrompts;
  const ofWorld = scoredBy === 'reward' ? [] : await chosen(dataset, split, most, isWorldPrompt);
  if (ofWorld.length > 0) {
    return {
      scoredBy: 'gold',
      prompts: ofWorld,
      contest: await chosen(dataset, 'valid', contestPrompts, isWorldPrompt),
      prefixes: prefixes(createWorld()),
    };
  }
  if (scoredBy === 'gold' || !models.scores) throw noJudge(split, scoredBy);
  const room = await models.room();
  const fits = (prompt: Prompt): boolean => room(modelInput(promptText(prompt)));
  const prompts = await chosen(dataset, split, most, fits);
  if (prompts.length === 0) throw nothingFits(split);
  return {
    scoredBy: 'reward',
    prompts,
    contest: await chosen(dataset, 'valid', contestPrompts, fits),
    prefixes: demonstrationPrefixes(trainDemonstrations(dataset), seed),
  };
}

/** The first prompts of the named splits that will do, so many of each. */
async function chosen(
  dataset: Dataset,
  names: string,
  most: number,
  willDo: (prompt: Prompt) => boolean,
): Promise<Prompt[]> {
  const found: Prompt[] = [];
  for (const split of splitsNamed(names)) {
    const own: Prompt[] = [];
    for (const entry of promptsOf(dataset, split)) {
      if (own.length === most) break;
      const { record } = await dataset.readRecord<'prompts'>('prompts', entry);
      if (willDo(record)) own.push(record);
    }
    found.push(...own);
  }
  return found;
}

function trainDemonstrations(dataset: Dataset): { prompt: string; completion: string }[] {
  const splitOf = splitsOf(dataset);
  return [...dataset.entries('demonstrations')].flatMap(({ promptId, completion }) => {
    const prompt = dataset.promptById(promptId);
    if (prompt === undefined || splitOf(prompt) !== 'train') return [];
    return [{ prompt: prompt.text, completion }];
  });
}

function noJudge(split: string, scoredBy: Hyperparameters<'eval'>['scoredBy']): InstructError {
  return new InstructError({
    code: 'empty-dataset',
    message: `No prompt of the "${split}" split is of the embedded world, the only one that the gold labeler knows.`,
    remedy:
      scoredBy === 'gold'
        ? 'Choose a split that has such prompts, or let a reward model score: scoredBy=reward.'
        : 'Train a reward model, which then scores the answers, or name one with --reward.',
  });
}

function nothingFits(split: string): InstructError {
  return new InstructError({
    code: 'empty-dataset',
    message: `No prompt of the "${split}" split fits the reward model’s context with a completion of maxNewTokens.`,
    remedy: 'Choose a split that has prompts, or a smaller maxNewTokens.',
  });
}
