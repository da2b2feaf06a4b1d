/** The losses of one PPO minibatch: clipped policy, clipped value, and pre-training text. */
import { input, type Tensor } from '../graph/index.ts';
import type { ModelConfig, RewardModel } from '../models/index.ts';
import { joinSequences, packBatch, sequenceLength, shapeKey, type TokenSequence } from './batch.ts';
import type { LossPass } from './stepper.ts';
import { crossEntropy, policyLoss, valueLoss } from './losses.ts';
import { batchFeeds, logprobsAt, scalarsAt } from './passes.ts';

/** A minibatch of episodes for the policy; lists are one array an episode. */
export interface PolicyMinibatch {
  readonly sequences: readonly TokenSequence[];
  readonly oldLogprobs: readonly Float32Array[];
  /** Whitened already where they are to be. */
  readonly advantages: readonly Float32Array[];
}

/** The clipped policy objective over the completion tokens of a minibatch. */
export function policyPass(
  config: ModelConfig,
  { sequences, oldLogprobs, advantages }: PolicyMinibatch,
  { temperature, clipRange }: { readonly temperature: number; readonly clipRange: number },
): LossPass {
  const batch = packBatch(sequences, 'completion', config.nCtx);
  const { positions } = batch.shape;
  return {
    key: shapeKey(batch.shape),
    graph: () => {
      const { logprobs, trainable } = logprobsAt(config, batch.shape, temperature);
      const targets = flatInputs(['oldLogprobs', 'advantages', 'weights'], positions);
      return { ...policyLoss(logprobs, targets, clipRange), trainable };
    },
    feeds: {
      ...batchFeeds(batch),
      targets: batch.targets,
      oldLogprobs: joinSequences(oldLogprobs, positions),
      advantages: joinSequences(advantages, positions),
      weights: meanWeights(batch.offsets, positions),
    },
  };
}

/**
 * γ·(−log π(x)) on pre-training text (Equation 2), as a mean over its tokens. Logits are not divided
 * by the rollout temperature: the text was not sampled.
 *
 * @param scale γ, `ptxCoef`.
 */
export function ptxPass(
  config: ModelConfig,
  rows: readonly TokenSequence[],
  scale: number,
): LossPass {
  const batch = packBatch(rows, 'all', config.nCtx);
  const { positions } = batch.shape;
  return {
    key: `ptx ${shapeKey(batch.shape)}`,
    graph: () => {
      const { logprobs, trainable } = logprobsAt(config, batch.shape, 1);
      return { loss: crossEntropy(logprobs, input('weights', [positions])), trainable };
    },
    feeds: {
      ...batchFeeds(batch),
      targets: batch.targets,
      weights: meanWeights(batch.offsets, positions),
    },
    scale,
  };
}

/** A minibatch of episodes for the value model; lists are one array an episode. */
export interface ValueMinibatch {
  readonly sequences: readonly TokenSequence[];
  readonly oldValues: readonly Float32Array[];
  readonly returns: readonly Float32Array[];
}

/** The clipped value loss over the states before each completion token. */
export function valuePass(
  { config, rewardBias }: Pick<RewardModel, 'config' | 'rewardBias'>,
  { sequences, oldValues, returns }: ValueMinibatch,
  valueClipRange: number,
): LossPass {
  const batch = packBatch(sequences, 'completion', config.nCtx);
  const { positions } = batch.shape;
  // The head has no bias: what it is to say, and what it said, are both less the reward's bias.
  const unbiased = (row: Float32Array): Float32Array => row.map((value) => value - rewardBias);
  return {
    key: shapeKey(batch.shape),
    graph: () => {
      const { scalars, trainable } = scalarsAt(config, batch.shape);
      const targets = flatInputs(['oldValues', 'returns', 'weights'], positions);
      return { loss: valueLoss(scalars, targets, valueClipRange), trainable };
    },
    feeds: {
      ...batchFeeds(batch),
      oldValues: joinSequences(oldValues.map(unbiased), positions),
      returns: joinSequences(returns.map(unbiased), positions),
      weights: meanWeights(batch.offsets, positions),
    },
  };
}

/** Tokens of all sequences together. */
export function tokensOf(sequences: readonly TokenSequence[]): number {
  return sequences.reduce((sum, sequence) => sum + sequenceLength(sequence), 0);
}

/** Float inputs [N] by name. */
function flatInputs<Name extends string>(
  names: readonly Name[],
  positions: number,
): Record<Name, Tensor> {
  const inputs: Partial<Record<Name, Tensor>> = {};
  for (const name of names) inputs[name] = input(name, [positions]);
  return inputs as Record<Name, Tensor>; // every name was set
}

/** [N] weights that make a sum the mean over all wanted positions of the batch. */
function meanWeights(offsets: readonly number[], positions: number): Float32Array {
  const counted = offsets.at(-1) ?? 0;
  return new Float32Array(positions).fill(1 / Math.max(1, counted), 0, counted);
}
