/** The loss of direct preference optimisation as an expression. */
import { input, matMul, mul, reshape, sub, type Tensor } from '../graph/index.ts';
import type { Comparisons, RankingLoss } from './losses.ts';
import { rankingLoss } from './losses.ts';

/** What {@link directPreferenceLoss} needs besides the policy's log-probabilities. */
export interface PreferenceTargets extends Comparisons {
  /** [S, N] 1 where a position belongs to a completion, else 0. */
  readonly membership: Tensor;
  /** [S] the log-probability of each whole completion under the frozen reference, in nats. */
  readonly refLogprobs: Tensor;
}

/** The loss of a batch of rankings, and each completion's implicit reward [S]. */
export interface PreferenceLoss extends RankingLoss {
  readonly rewards: Tensor;
}

/**
 * −Σ w·log σ(r_chosen − r_rejected) with the implicit reward r = β·(log π(y|x) − log π_ref(y|x))
 * (Rafailov et al. 2023, arXiv 2305.18290, Equation 7). All pairs of a ranking stand in one batch
 * element, as for the reward model.
 *
 * @param logprobs [N] of the tokens of all completions, in nats.
 * @param beta Score per nat: the smaller, the further the policy may go from the reference.
 */
export function directPreferenceLoss(
  logprobs: Tensor,
  targets: PreferenceTargets,
  beta: number,
): PreferenceLoss {
  const { membership, refLogprobs } = targets;
  const [completions, positions] = membership.shape;
  const sums = matMul(membership, reshape(logprobs, [positions, 1])); // [S, 1]
  const rewards = mul(sub(reshape(sums, [completions]), refLogprobs), beta); // [S]
  return { ...rankingLoss(rewards, targets), rewards };
}

/** The inputs of {@link directPreferenceLoss} for a batch of S completions and P pairs. */
export function preferenceInputs(
  completions: number,
  positions: number,
  pairs: number,
): PreferenceTargets {
  return {
    membership: input('membership', [completions, positions]),
    refLogprobs: input('refLogprobs', [completions]),
    chosen: input('chosen', [pairs], 'int32'),
    rejected: input('rejected', [pairs], 'int32'),
    weights: input('weights', [pairs]),
  };
}
