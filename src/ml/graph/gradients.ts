import { scalar, zeros } from './leaves.ts';
import { checkDType, sameShape, showShape } from './shape.ts';
import { gradientRules } from './gradientRules.ts';
import type { GradientRules, InputGradients } from './gradientRules.ts';
import { Recomputation } from './recompute.ts';
import { sumContributions } from './sumContributions.ts';
import { topologicalOrder } from './tensor.ts';
import type { Op, Tensor } from './tensor.ts';

/**
 * Reverse-mode differentiation: the gradients of a float32 scalar with respect to each of the
 * given tensors, as expressions over the same graph, in the same order and shapes. A tensor the
 * loss does not depend on gets zeros. Only paths that lead to one of `wrt` are built. The loss
 * may be any expression; `wrt` may hold inner nodes as well as inputs.
 *
 * Comparisons, `argMax`, `cast`, `sign` and `stopGradient` pass no gradient; an op that would need
 * one but has no rule (the cached attention) throws.
 *
 * @param checkpoints Nodes each of which depends on those before it. What lies between two of them is
 * computed again for the gradients instead of being kept, see `Recomputation`.
 */
export function gradients(
  loss: Tensor,
  wrt: readonly Tensor[],
  checkpoints: readonly Tensor[] = [],
): Tensor[] {
  checkDType('gradients', loss, 'float32');
  if (loss.shape.length > 0) {
    throw new Error(`gradients: expected a scalar loss, got ${showShape(loss.shape)}`);
  }
  for (const tensor of wrt) checkDType('gradients', tensor, 'float32');
  const order = topologicalOrder([loss]);
  const wanted = dependentOn(new Set(wrt), order);
  const recomputation = new Recomputation(checkpoints, order);
  const contributions = new Map<Tensor, Tensor[]>([[loss, [scalar(1)]]]);
  const found = new Map<Tensor, Tensor>();
  for (const tensor of order.reverse()) {
    const parts = contributions.get(tensor);
    if (parts === undefined || !wanted.has(tensor)) continue;
    const gradient = sumContributions(parts);
    found.set(tensor, gradient);
    const toInputs = applyRule(recomputation.of(tensor, gradient), gradient);
    for (const [index, source] of tensor.inputs.entries()) {
      const part = toInputs?.[index];
      if (part === undefined || part === null || !wanted.has(source)) continue;
      if (!sameShape(part.shape, source.shape)) {
        throw new Error(
          `gradients: expected ${showShape(source.shape)} for input ${index} of ${tensor.op}, got ${showShape(part.shape)}`,
        );
      }
      contributions.set(source, [...(contributions.get(source) ?? []), part]);
    }
  }
  return wrt.map((tensor) => found.get(tensor) ?? zeros(tensor.shape));
}

/** The nodes, of an order with inputs first, whose value depends on one of the given ones. */
function dependentOn(wrt: ReadonlySet<Tensor>, order: readonly Tensor[]): ReadonlySet<Tensor> {
  const dependent = new Set<Tensor>();
  for (const tensor of order) {
    if (wrt.has(tensor) || tensor.inputs.some((source) => dependent.has(source))) {
      dependent.add(tensor);
    }
  }
  return dependent;
}

function applyRule<O extends Op>(tensor: Tensor<O>, gradient: Tensor): InputGradients | null {
  const rules: GradientRules = gradientRules;
  const rule = rules[tensor.op];
  return rule === null ? null : rule(tensor, gradient);
}
