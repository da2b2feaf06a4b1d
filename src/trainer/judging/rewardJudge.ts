/** A reward model as judge: the higher score is better. */
import { modelInput, outcome } from '../../data/index.ts';
import type { RewardModel } from '../../ml/models/index.ts';
import { scoreCompletions } from '../../ml/rlhf/index.ts';
import { comparedAnswers, type Judge } from './judge.ts';

/** Answers that do not fit the model's context with their prompt are left out, and counted. */
export function rewardJudge(rewardModel: RewardModel): Judge {
  return async (prompts, baseline) => {
    const compared = comparedAnswers(prompts, baseline);
    const scores = await scoreCompletions(
      rewardModel,
      compared.flatMap(({ of, ours, theirs }) =>
        [ours, theirs].map(({ completion, finish }) => ({
          prompt: modelInput(of.prompt),
          text: completion,
          ended: finish === 'stop',
        })),
      ),
    );
    const preferences = compared.flatMap(({ of, model }, i) => {
      const own = scores[2 * i];
      const other = scores[2 * i + 1];
      if (own === null || other === null) return [];
      return [{ promptId: of.promptId, model, outcome: outcome(own, other) }];
    });
    const left = compared.length - preferences.length;
    const note = `${left} comparisons left out: longer than the reward model’s context.`;
    return { preferences, ratings: [], notes: left === 0 ? [] : [note] };
  };
}
