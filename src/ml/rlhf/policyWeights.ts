/** A policy's weights out of a checkpoint, for sampling from it. */
import type { ParameterBuffer } from '../runtime/index.ts';
import { badCheckpoint } from './learner.ts';
import type { StateTensor } from './trainingLoop.ts';

/**
 * The weights that a loop's `current()` had when it made the snapshot: PPO's moving average where it
 * keeps one, else what was learned. `like` has the layout; the result is a copy.
 * @throws InstructError `bad-run` where a weight is missing or has another size.
 */
export function policyWeights(
  like: ParameterBuffer,
  tensors: ReadonlyMap<string, StateTensor>,
): ParameterBuffer {
  const weights = like.clone();
  const take = (name: string, size: number): Float32Array => {
    const data = tensors.get(name)?.data;
    if (data?.length === size) return data;
    throw badCheckpoint(`"${name}" has ${String(data?.length ?? 0)} numbers, expected ${size}`);
  };
  if (tensors.has('average')) weights.data.set(take('average', weights.size));
  else {
    for (const { name, size } of weights.entries) {
      weights.view(name).set(take(`policy.${name}`, size));
    }
  }
  return weights;
}
