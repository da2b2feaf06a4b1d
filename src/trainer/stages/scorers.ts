/** Who scores an evaluation's answers: the gold labeler where it knows the truth, else a reward model. */
import { modelInput, promptText } from '../../data/index.ts';
import { flagNames, type FlagName, type Prompt } from '../../protocol/records.ts';
import { judge, type World } from '../../world/index.ts';
import type { ScoredBy } from '../../protocol/evaluationReport.ts';
import type { EvalModels, Written } from './evalModels.ts';
import type { Answer } from './evaluation.ts';

/** Scores the answers to some prompts, each prompt's at its index. */
export type Scorer = (prompts: readonly Prompt[], written: readonly Written[]) => Promise<Answer[]>;

const noFlags = Object.fromEntries(flagNames.map((flag) => [flag, null])) as Record<FlagName, null>;

/** The scorer of that name. The gold labeler rates and flags too; a reward model only scores. */
export function scorerOf(by: ScoredBy, world: World, models: EvalModels): Scorer {
  if (by === 'gold') {
    return (prompts, written) =>
      Promise.resolve(
        written.map((one, i) => {
          const { score, likert, flags } = judge(world, prompts[i], one.completion, one.finish);
          return { ...one, score, likert, flags };
        }),
      );
  }
  return async (prompts, written) => {
    const texts = prompts.map((prompt) => modelInput(promptText(prompt)));
    const scores = await models.score(texts, written);
    return written.map((one, i) => ({ ...one, score: scores[i], likert: null, flags: noFlags }));
  };
}
