/**
 * From sampled episodes to what the optimisation steps of one PPO iteration need, in the order of
 * lm-human-preferences: score, KL penalty, rewards, advantages.
 */
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import { estimateAdvantages } from './gae.ts';
import { estimateKl, penalisedRewards } from './klPenalty.ts';
import { correlation, mean, standardDeviation, sum, variance } from './statistics.ts';
import { whiten } from './whiten.ts';

/** One sampled completion with what the four models say of it. Lists are [T], one a token. */
export interface Episode {
  /** Log-probabilities of the sampled tokens at the rollout temperature, in nats. */
  readonly logprobs: Float32Array;
  /** The same tokens under the frozen reference policy, at the same temperature. */
  readonly refLogprobs: Float32Array;
  /** The value model's estimate of the state before each token. */
  readonly values: Float32Array;
  /** The reward model's scalar for the whole completion. */
  readonly score: number;
  /** Whether the completion ended with the end-of-text token. */
  readonly ended: boolean;
}

/** What to learn from an iteration; lists have one entry an episode, arrays are [T]. */
export interface Experience {
  /** The reward model's scalars, those without an end replaced or lowered. */
  readonly scores: readonly number[];
  /** After the KL penalty and, where set, whitened with the mean kept. */
  readonly rewards: readonly Float32Array[];
  /** A_t, whitened over the batch where set; per minibatch is the learner's. */
  readonly advantages: readonly Float32Array[];
  /** A_t + V_t of the advantages that are not whitened. */
  readonly returns: readonly Float32Array[];
  /** Σ_t (log π − log π_ref) of each episode, in nats. */
  readonly kls: readonly number[];
  /** Means over the episodes, by their names in the field. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The hyper-parameters that decide the experience. */
export type ExperienceSettings = Pick<
  Hyperparameters<'ppo'>,
  | 'gamma'
  | 'lam'
  | 'whitenRewards'
  | 'whitenAdvantages'
  | 'missingEos'
  | 'missingEosScore'
  | 'missingEosPenalty'
>;

/**
 * Rewards, advantages and returns of the episodes of one iteration.
 *
 * @param klCoef β of this iteration.
 */
export function gatherExperience(
  episodes: readonly Episode[],
  settings: ExperienceSettings,
  klCoef: number,
): Experience {
  const scores = episodes.map((episode) => scoreOf(episode, settings));
  const plain = episodes.map(({ logprobs, refLogprobs }, i) =>
    penalisedRewards(logprobs, refLogprobs, scores[i], klCoef),
  );
  const rewards = settings.whitenRewards ? whiten(plain, 'kept') : plain;
  const estimates = episodes.map(({ values }, i) =>
    estimateAdvantages(rewards[i], values, settings.gamma, settings.lam),
  );
  const raw = estimates.map((estimate) => estimate.advantages);
  const returns = estimates.map((estimate) => estimate.returns);
  const estimated = episodes.map(({ logprobs, refLogprobs }) => estimateKl(logprobs, refLogprobs));
  const lengths = episodes.map(({ logprobs }) => logprobs.length);
  const kls = estimated.map(({ k1 }, i) => k1 * lengths[i]);
  return {
    scores,
    rewards,
    advantages: settings.whitenAdvantages === 'batch' ? whiten(raw, 'zero') : raw,
    returns,
    kls,
    metrics: {
      'ppo/score': mean(scores),
      'ppo/score_deviation': standardDeviation(scores),
      'ppo/reward': mean(plain.map(sum)),
      // Nats a sequence: the mean over episodes of the sum over tokens.
      'ppo/kl': mean(kls),
      'ppo/kl_k3': mean(estimated.map(({ k3 }, i) => k3 * lengths[i])),
      'ppo/kl_coef': klCoef,
      // Minus the log-probability of what was sampled: an unbiased estimate of the entropy a token.
      'ppo/entropy':
        -sum(episodes.map(({ logprobs }) => sum(logprobs))) / Math.max(1, sum(lengths)),
      'ppo/completion_length': mean(lengths),
      'ppo/score_length_correlation': correlation(scores, lengths) ?? 0,
      'ppo/ended': mean(episodes.map(({ ended }) => (ended ? 1 : 0))),
      'ppo/explained_variance': explainedVariance(
        episodes.map(({ values }) => values),
        returns,
      ),
    },
  };
}

function scoreOf(
  { score, ended }: Episode,
  { missingEos, missingEosScore, missingEosPenalty }: ExperienceSettings,
): number {
  if (ended) return score;
  return missingEos === 'subtract' ? score - missingEosPenalty : missingEosScore;
}

/** 1 − Var(R − V) / Var(R) over all tokens; 0 where the returns do not vary. */
export function explainedVariance(
  values: readonly Float32Array[],
  returns: readonly Float32Array[],
): number {
  const errors = returns.flatMap((row, i) => [...row].map((r, t) => r - values[i][t]));
  const spread = variance(returns.flatMap((row) => [...row]));
  return spread === 0 ? 0 : 1 - variance(errors) / spread;
}
