/** Generalised advantage estimation (Schulman et al. 2016) over one episode. */

/** What {@link estimateAdvantages} finds; both [T], one entry a completion token. */
export interface AdvantageEstimate {
  /** A_t, not whitened. */
  readonly advantages: Float32Array;
  /** A_t + V_t: what the value model should have said. */
  readonly returns: Float32Array;
}

/**
 * δ_t = r_t + γ·V_{t+1} − V_t with V_T = 0, and A_t = δ_t + γλ·A_{t+1}
 * (Ouyang et al. 2022 leave λ unsaid; lm-human-preferences uses 0.95 and γ = 1).
 *
 * @param rewards [T] per token, after the KL penalty, the score on the last one.
 * @param values [T] the value model's estimate of the state before each token.
 */
export function estimateAdvantages(
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  gamma: number,
  lam: number,
): AdvantageEstimate {
  if (rewards.length !== values.length) {
    throw new Error(
      `estimateAdvantages: expected as many values as rewards, got ${values.length} and ${rewards.length}`,
    );
  }
  const length = rewards.length;
  const advantages = new Float32Array(length);
  const returns = new Float32Array(length);
  let next = 0;
  for (let t = length - 1; t >= 0; t--) {
    const nextValue = t + 1 < length ? values[t + 1] : 0;
    next = rewards[t] + gamma * nextValue - values[t] + gamma * lam * next;
    advantages[t] = next;
    returns[t] = next + values[t];
  }
  return { advantages, returns };
}
