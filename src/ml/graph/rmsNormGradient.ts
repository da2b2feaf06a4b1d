import { mul, sub } from './elementwise.ts';
import { rmsNormStatistic } from './network.ts';
import { reduceMean } from './reduce.ts';
import { unbroadcast } from './unbroadcast.ts';
import type { Tensor } from './tensor.ts';

/**
 * With r = 1/√(mean(x²) + epsilon), x̂ = x · r and g = dy · gain, the mean over the last dimension:
 * dx = (g − x̂ · mean(g · x̂)) · r, dgain = Σ dy · x̂.
 */
export function rmsNormGradient(node: Tensor<'rmsNorm'>, dy: Tensor): readonly [Tensor, Tensor] {
  const [x, gain] = node.inputs;
  const inverseRoot = rmsNormStatistic(node); // [..., 1]
  const normed = mul(x, inverseRoot); // [..., C]
  const g = mul(dy, gain); // [..., C]
  const meanGx = reduceMean(mul(g, normed), [-1], { keepDims: true }); // [..., 1]
  const dx = mul(sub(g, mul(normed, meanGx)), inverseRoot); // [..., C]
  return [dx, unbroadcast(mul(dy, normed), gain.shape)];
}
