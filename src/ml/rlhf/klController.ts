/** How β, the weight of the KL penalty, goes over a run. */

/** Gives the β of an iteration, and learns from the KL that it led to. */
export interface KlController {
  /** β now, in score per nat. It is all of the controller's state. */
  value: number;
  /**
   * Takes in an iteration's KL.
   *
   * @param kl Mean over the episodes of the sum over tokens, in nats.
   * @param episodes How many there were.
   */
  update(kl: number, episodes: number): void;
}

/** The paper's: β stays. */
export function constantKl(klCoef: number): KlController {
  return { value: klCoef, update: () => undefined };
}

/**
 * The controller of openai/lm-human-preferences: β grows or shrinks in proportion to how far the KL
 * is from its target, by a fifth at most per horizon: β ← β·(1 + clip(KL/target − 1, ±0.2)·n/horizon).
 *
 * @param target In nats a sequence.
 * @param horizon In episodes.
 */
export function adaptiveKl(klCoef: number, target: number, horizon: number): KlController {
  return {
    value: klCoef,
    update(kl, episodes) {
      const error = Math.min(0.2, Math.max(-0.2, kl / target - 1));
      this.value *= 1 + (error * episodes) / horizon;
    },
  };
}
