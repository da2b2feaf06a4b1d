/**
 * From sampled episodes to what the optimisation steps of one PPO iteration need, in the order of
 * lm-human-preferences: score, KL penalty, rewards, advantages.
 */
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import { estimateAdvantages } from './gae.ts';
import { estimateKl, penalisedRewards } from './klPenalty.ts';
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

/** What to learn from an iteration; each list has one [T] array an episode. */
export interface Experience {
  /** A_t, not whitened: that is done per minibatch. */
  readonly advantages: Float32Array[];
  readonly returns: Float32Array[];
  /** Means over the episodes, by their names in the field. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The hyper-parameters that decide the experience. */
export type ExperienceSettings = Pick<
  Hyperparameters<'ppo'>,
  'klCoef' | 'gamma' | 'lam' | 'whitenRewards' | 'missingEosScore'
>;

/** Rewards, advantages and returns of the episodes of one iteration. */
export function gatherExperience(
  episodes: readonly Episode[],
  settings: ExperienceSettings,
): Experience {
  const scores = episodes.map(({ score, ended }) => (ended ? score : settings.missingEosScore));
  const plain = episodes.map(({ logprobs, refLogprobs }, i) =>
    penalisedRewards(logprobs, refLogprobs, scores[i], settings.klCoef),
  );
  const rewards = settings.whitenRewards ? whiten(plain, 'kept') : plain;
  const estimates = episodes.map(({ values }, i) =>
    estimateAdvantages(rewards[i], values, settings.gamma, settings.lam),
  );
  const kl = episodes.map(({ logprobs, refLogprobs }) => estimateKl(logprobs, refLogprobs));
  const returns = estimates.map((estimate) => estimate.returns);
  const lengths = episodes.map(({ logprobs }) => logprobs.length);
  return {
    advantages: estimates.map((estimate) => estimate.advantages),
    returns,
    metrics: {
      'ppo/score': mean(scores),
      'ppo/reward': mean(plain.map(sum)),
      // Nats a sequence: the mean over episodes of the sum over tokens.
      'ppo/kl': mean(kl.map(({ k1 }, i) => k1 * lengths[i])),
      'ppo/kl_k3': mean(kl.map(({ k3 }, i) => k3 * lengths[i])),
      // Minus the log-probability of what was sampled: an unbiased estimate of the entropy a token.
      'ppo/entropy':
        -sum(episodes.map(({ logprobs }) => sum(logprobs))) / Math.max(1, sum(lengths)),
      'ppo/completion_length': mean(lengths),
      'ppo/ended': mean(episodes.map(({ ended }) => (ended ? 1 : 0))),
      'ppo/explained_variance': explainedVariance(
        episodes.map(({ values }) => values),
        returns,
      ),
    },
  };
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

function variance(values: readonly number[]): number {
  const mu = mean(values);
  return mean(values.map((value) => (value - mu) ** 2));
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

function mean(values: ArrayLike<number>): number {
  return sum(values) / Math.max(1, values.length);
}
