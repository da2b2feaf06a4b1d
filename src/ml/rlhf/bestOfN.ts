/** Best of n: the sampled completion that a reward model likes most (Gao et al. 2022, arXiv 2210.10760). */

/** KL of best-of-n sampling from the policy that it samples: ln n − (n − 1)/n, in nats. */
export function bestOfNKl(n: number): number {
  if (!(Number.isInteger(n) && n >= 1)) {
    throw new Error(`bestOfNKl: expected a whole number from 1, got ${n}`);
  }
  return Math.log(n) - (n - 1) / n;
}

/**
 * The expected value of the best of n by a proxy, estimated without bias from N ≥ n completions of
 * one prompt: in the order of the proxy the i-th of them (from 0) is the best of n draws with
 * probability C(i, n − 1)/C(N, n). Of equal proxies the later one counts as the better.
 *
 * @param proxy [N] the reward model's score of each completion.
 * @param values [N] what the chosen one is worth: the gold score, or the proxy itself.
 * @throws Error unless 1 ≤ n ≤ N.
 */
export function bestOfN(proxy: readonly number[], values: readonly number[], n: number): number {
  const count = proxy.length;
  if (count !== values.length || !(n >= 1 && n <= count)) {
    throw new Error(
      `bestOfN: expected ${count} values and 1 <= n <= ${count}, got ${values.length} and ${n}`,
    );
  }
  const order = proxy.map((_, index) => index).sort((a, b) => proxy[a] - proxy[b] || a - b);
  // The last is the best with probability n/N; each one before by the ratio of the binomials.
  let weight = n / count;
  let sum = 0;
  for (let i = count - 1; i >= n - 1; i--) {
    sum += weight * values[order[i]];
    weight *= (i - n + 1) / i;
  }
  return sum;
}
