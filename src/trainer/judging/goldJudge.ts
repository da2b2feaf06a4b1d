/** The gold labeler of the embedded world, whose scores stand in the evaluation already. */
import { outcome } from '../../data/index.ts';
import { comparedAnswers, type Judge } from './judge.ts';

/** See the file's header. */
export const goldJudge: Judge = (prompts, baseline) =>
  Promise.resolve({
    preferences: comparedAnswers(prompts, baseline).map(({ of, model, ours, theirs }) => ({
      promptId: of.promptId,
      model,
      outcome: outcome(ours.score, theirs.score),
    })),
    ratings: prompts.flatMap(({ completions }) =>
      Object.entries(completions).map(([model, { likert, flags }]) => ({
        model,
        ...(likert === null ? {} : { likert }),
        flags,
      })),
    ),
    notes: [],
  });
