/** The KL penalty against the reference policy, and estimates of that KL for reports. */

/**
 * The reward of each token of one episode: −β·(log π − log π_ref), and the score on the last one
 * (Ouyang et al. 2022, section 3.5). Sums to score − β·Σ kl_t.
 *
 * @param logprobs [T] of the sampled tokens under the policy, in nats, at the rollout temperature.
 * @param refLogprobs [T] the same tokens under the reference policy.
 * @param score The reward model's scalar for the whole completion.
 * @param klCoef β, in score per nat.
 * @returns [T]
 */
export function penalisedRewards(
  logprobs: ArrayLike<number>,
  refLogprobs: ArrayLike<number>,
  score: number,
  klCoef: number,
): Float32Array {
  if (logprobs.length !== refLogprobs.length || logprobs.length === 0) {
    throw new Error(
      `penalisedRewards: expected two lists of one length above 0, got ${logprobs.length} and ${refLogprobs.length}`,
    );
  }
  const rewards = new Float32Array(logprobs.length);
  for (let t = 0; t < rewards.length; t++) {
    rewards[t] = -klCoef * (logprobs[t] - refLogprobs[t]);
  }
  rewards[rewards.length - 1] += score;
  return rewards;
}

/**
 * KL(π ‖ π_ref) in nats, estimated from tokens sampled from π (Schulman, "Approximating KL
 * divergence"): `k1` is the mean of d = log π − log π_ref, unbiased and of either sign; `k3` the
 * mean of exp(−d) − 1 + d, unbiased and never negative.
 */
export interface KlEstimates {
  readonly k1: number;
  readonly k3: number;
}

/** Both estimates per token over [T] log-probabilities; zero for an empty list. */
export function estimateKl(
  logprobs: ArrayLike<number>,
  refLogprobs: ArrayLike<number>,
): KlEstimates {
  let k1 = 0;
  let k3 = 0;
  for (let t = 0; t < logprobs.length; t++) {
    const difference = logprobs[t] - refLogprobs[t];
    k1 += difference;
    k3 += Math.expm1(-difference) + difference;
  }
  const count = Math.max(1, logprobs.length);
  return { k1: k1 / count, k3: k3 / count };
}
