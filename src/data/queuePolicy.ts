/** The policies of the labeling queue: which prompt first, and why, in words for the labeler. */
import type { LabelState } from './labelStates.ts';

/**
 * `fewest-labels`: the prompt that the fewest labelers have done; `random`: any; `in-order`: as the
 * files have them; `highest-disagreement`: where reward models order the completions differently;
 * `uncertainty`: where a reward model cannot tell them apart. Prompts without scores come last.
 */
export type QueuePolicy =
  'fewest-labels' | 'in-order' | 'random' | 'highest-disagreement' | 'uncertainty';

interface Rule {
  /** The lowest comes first. */
  readonly rank: (state: LabelState, labels: number, index: number) => number;
  /** How the reason begins. */
  readonly why: (state: LabelState) => string;
}

/** See {@link QueuePolicy}. */
export const queuePolicies: Readonly<Record<QueuePolicy, Rule>> = {
  'fewest-labels': { rank: (_, labels) => labels, why: () => 'Fewest labels first' },
  'in-order': { rank: (_, __, index) => index, why: () => 'Next in the files' },
  random: { rank: () => 0, why: () => 'Drawn at random' },
  'highest-disagreement': {
    rank: ({ disagreement }) => -(disagreement ?? -1),
    why: ({ disagreement }) =>
      disagreement === null
        ? 'No prompt is left whose completions two reward models scored'
        : `Reward models disagree most (${disagreement.toFixed(2)} of 1)`,
  },
  uncertainty: {
    rank: ({ uncertainty }) => -(uncertainty ?? -1),
    why: ({ uncertainty }) =>
      uncertainty === null
        ? 'No prompt is left whose completions a reward model scored'
        : `The reward model is least sure (${uncertainty.toFixed(2)} of 1 bit)`,
  },
};
