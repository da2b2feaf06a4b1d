/**
 * The losses of the method as expressions. Every list is flat, [N] positions of a packed batch;
 * `weights` are 0 on padding and sum to 1 where a mean is meant.
 */
import {
  abs,
  add,
  cast,
  clip,
  exp,
  gather,
  greater,
  greaterOrEqual,
  logSigmoid,
  maximum,
  minimum,
  mul,
  neg,
  reduceMax,
  reduceSum,
  square,
  sub,
  type Tensor,
} from '../graph/index.ts';

/** −Σ w·log p: cross-entropy over the positions that carry weight, in nats. Scalar. */
export function crossEntropy(logprobs: Tensor, weights: Tensor): Tensor {
  return neg(reduceSum(mul(logprobs, weights)));
}

/** The comparisons of a batch of rankings, each [P]; `weights` are 0 on padding. */
export interface Comparisons {
  /** Index of the chosen completion among the rewards. */
  readonly chosen: Tensor;
  /** Index of the rejected completion. */
  readonly rejected: Tensor;
  /** 1 / (pairs of the comparison's prompt) / (prompts of the batch). */
  readonly weights: Tensor;
}

/** The loss of a batch of rankings, and what to report about it; scalars. */
export interface RankingLoss {
  readonly loss: Tensor;
  readonly metrics: {
    /** The weighted share of pairs whose chosen completion has the higher reward, ties one half. */
    readonly accuracy: Tensor;
  };
}

/**
 * Equation 1 of Ouyang et al. 2022: −Σ w·log σ(r_chosen − r_rejected). All pairs of a prompt stand in
 * one batch and each prompt weighs the same, however many completions it has.
 *
 * @param rewards [N] the reward of each completion, computed once.
 */
export function rankingLoss(
  rewards: Tensor,
  { chosen, rejected, weights }: Comparisons,
): RankingLoss {
  const margins = sub(gather(rewards, chosen), gather(rewards, rejected)); // [P]
  const right = add(
    mul(cast(greater(margins, 0), 'float32'), 0.5),
    mul(cast(greaterOrEqual(margins, 0), 'float32'), 0.5),
  ); // [P]
  return {
    loss: neg(reduceSum(mul(logSigmoid(margins), weights))),
    metrics: { accuracy: reduceSum(mul(right, weights)) },
  };
}

/** What the clipped policy objective needs besides the new log-probabilities; each [N]. */
export interface PolicyTargets {
  readonly oldLogprobs: Tensor;
  readonly advantages: Tensor;
  readonly weights: Tensor;
}

/** The loss of a policy minibatch, and what to report about it; all scalars. */
export interface PolicyLoss {
  readonly loss: Tensor;
  readonly metrics: {
    /** ½·mean (log ρ)²: how far the policy has moved in this iteration. */
    readonly approxKl: Tensor;
    /** The share of positions where the clipped term is the larger one. */
    readonly clipFraction: Tensor;
    /** Σ w·ρ: 1 before the first update of an iteration. */
    readonly ratio: Tensor;
    /** The largest |log ρ| among the positions that carry weight. */
    readonly logRatioMax: Tensor;
  };
}

/** Σ w·max(−A·ρ, −A·clip(ρ, 1 ± ε)) with ρ = exp(log π − log π_old) (Schulman et al. 2017). */
export function policyLoss(
  logprobs: Tensor,
  { oldLogprobs, advantages, weights }: PolicyTargets,
  clipRange: number,
): PolicyLoss {
  const logRatio = sub(logprobs, oldLogprobs);
  const ratio = exp(logRatio); // [N]
  const plain = neg(mul(advantages, ratio));
  const clipped = neg(mul(advantages, clip(ratio, 1 - clipRange, 1 + clipRange)));
  return {
    loss: reduceSum(mul(maximum(plain, clipped), weights)),
    metrics: {
      approxKl: mul(reduceSum(mul(square(logRatio), weights)), 0.5),
      clipFraction: reduceSum(mul(cast(greater(clipped, plain), 'float32'), weights)),
      ratio: reduceSum(mul(ratio, weights)),
      logRatioMax: reduceMax(mul(abs(logRatio), cast(greater(weights, 0), 'float32')), [0]),
    },
  };
}

/** What the clipped value loss needs besides the new values; each [N]. */
export interface ValueTargets {
  readonly oldValues: Tensor;
  readonly returns: Tensor;
  readonly weights: Tensor;
}

/** ½·Σ w·max((V − R)², (clip(V, V_old ± ε) − R)²) as in lm-human-preferences. Scalar. */
export function valueLoss(
  values: Tensor,
  { oldValues, returns, weights }: ValueTargets,
  clipRange: number,
): Tensor {
  const near = minimum(maximum(values, sub(oldValues, clipRange)), add(oldValues, clipRange));
  const squares = maximum(square(sub(values, returns)), square(sub(near, returns)));
  return mul(reduceSum(mul(squares, weights)), 0.5);
}
