import { add, matMul } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { LinearLayout, Weights } from './family.ts';

/**
 * x [N, in] through the linear layer of the parameters `<module>.weight` and, where biased,
 * `<module>.bias`, to [N, out]; with what the model's adapter adds, see `adapter.ts`.
 */
export function linear(
  weights: Weights,
  module: string,
  x: Tensor,
  layout: LinearLayout,
  biased: boolean,
): Tensor {
  const matrix = weights(`${module}.weight`);
  const product = matMul(x, matrix, { transposeB: layout === 'outputsFirst' }); // [N, out]
  const output = biased ? add(product, weights(`${module}.bias`)) : product;
  const added = weights.adapter?.(module, x) ?? null;
  return added === null ? output : add(output, added);
}
