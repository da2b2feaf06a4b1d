/** How undecided a model is between completions: the bias measure of the paper's appendix D. */

/**
 * −Σ P·log₂ P in bits, with P in proportion to the total probability of each completion. For two
 * completions from 0 (sure of one) to 1 (a model without bias).
 *
 * @param logprobs The log-probability of each whole completion, in nats.
 */
export function entropyBits(logprobs: readonly number[]): number {
  const most = Math.max(...logprobs);
  const shares = logprobs.map((logprob) => Math.exp(logprob - most));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.reduce((bits, share) => {
    const p = share / total;
    return p > 0 ? bits - p * Math.log2(p) : bits;
  }, 0);
}
