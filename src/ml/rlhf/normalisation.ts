/** The zero and the unit of a reward model's scores, which its loss leaves open or half open. */
import { mean, standardDeviation } from './statistics.ts';

/** A score is gain · (the head's output) + bias. */
export interface Normalisation {
  readonly gain: number;
  readonly bias: number;
}

/**
 * By the rewards of the demonstrations before it: `mean` gives them the mean 0 (Ouyang et al. 2022,
 * section 3.5), `mean-and-deviation` also the standard deviation 1 (openai/lm-human-preferences
 * `reward_model.py`, there over samples of the reference policy), `none` leaves the scores as they are.
 * Without demonstrations, or with a gain that does not exist, what cannot be set is left.
 */
export function normalisation(kind: string, rewards: readonly number[]): Normalisation {
  if (kind === 'none' || rewards.length === 0) return { gain: 1, bias: 0 };
  const deviation = standardDeviation(rewards);
  const gain = kind === 'mean-and-deviation' && deviation > 0 ? 1 / deviation : 1;
  return { gain, bias: -gain * mean(rewards) };
}
