/**
 * Learning-rate schedules: pure functions from the number of steps already taken to a factor on
 * the peak learning rate.
 */

/** A factor on the peak learning rate, by steps taken before this one (0 for the first). */
export type Schedule = (step: number) => number;

/**
 * Half a cosine from 1 down to `floor` after `totalSteps`, then `floor`; no warm-up. The paper's
 * SFT and reward model (C.1, C.2) decay to 10 % of the peak.
 */
export function cosineDecay(totalSteps: number, floor: number): Schedule {
  checkSteps('cosineDecay', totalSteps);
  return (step) => {
    const fraction = Math.min(step / totalSteps, 1);
    return floor + ((1 - floor) * (1 + Math.cos(Math.PI * fraction))) / 2;
  };
}

/** Straight from 1 down to 0 after `totalSteps`, then 0. */
export function linearDecay(totalSteps: number): Schedule {
  checkSteps('linearDecay', totalSteps);
  return (step) => Math.max(1 - step / totalSteps, 0);
}

/**
 * Straight up to 1, reached by the last of `warmupSteps` steps, then 1. The first step has
 * 1/warmupSteps rather than 0, so that none is without effect.
 */
export function linearWarmup(warmupSteps: number): Schedule {
  checkSteps('linearWarmup', warmupSteps);
  return (step) => Math.min((step + 1) / warmupSteps, 1);
}

/**
 * Straight from `from` at step 0 to 1 at step `warmupSteps`, then 1. The paper's PPO (C.4) warms up
 * over 10 iterations from a tenth of the peak.
 */
export function warmupFrom(from: number, warmupSteps: number): Schedule {
  checkSteps('warmupFrom', warmupSteps);
  return (step) => from + (1 - from) * Math.min(step / warmupSteps, 1);
}

function checkSteps(op: string, steps: number): void {
  if (steps > 0) return;
  throw new Error(`${op}: expected a positive number of steps, got ${String(steps)}`);
}
