import { mul, sub } from './elementwise.ts';
import { layerNormStatistic } from './network.ts';
import { reduceMean } from './reduce.ts';
import { unbroadcast } from './unbroadcast.ts';
import type { Tensor } from './tensor.ts';

/**
 * With x̂ = (x − mean) / σ and g = dy · gain, both means over the last dimension:
 * dx = (g − mean(g) − x̂ · mean(g · x̂)) / σ, dgain = Σ dy · x̂, dbias = Σ dy.
 */
export function layerNormGradient(
  node: Tensor<'layerNorm'>,
  dy: Tensor,
): readonly [Tensor, Tensor, Tensor] {
  const [x, gain, bias] = node.inputs;
  const inverseStd = layerNormStatistic(node, 'inverseStd'); // [..., 1]
  const normed = mul(sub(x, layerNormStatistic(node, 'mean')), inverseStd); // [..., C]
  const g = mul(dy, gain); // [..., C]
  const meanG = reduceMean(g, [-1], { keepDims: true }); // [..., 1]
  const meanGx = reduceMean(mul(g, normed), [-1], { keepDims: true }); // [..., 1]
  const dx = mul(sub(sub(g, meanG), mul(normed, meanGx)), inverseStd); // [..., C]
  return [dx, unbroadcast(mul(dy, normed), gain.shape), unbroadcast(dy, bias.shape)];
}
