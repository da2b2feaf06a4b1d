import { input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { adapterGraph, adapterParameters, trainableParameters } from './adapter.ts';
import type { Weights } from './family.ts';
import type { HeadKind, ModelConfig } from './modelConfig.ts';
import { modelParameters } from './modelParameters.ts';

/** A model's parameters as graph inputs. */
export interface WeightInputs {
  /** What {@link trunk} and the heads take. */
  readonly weights: Weights;
  /** {@link trainableParameters}, in their order: what a loss is differentiated by. */
  readonly inputs: readonly Tensor<'input'>[];
}

/**
 * Inputs for a model's parameters, named by their checkpoint keys behind an optional prefix, which
 * keeps two models in one graph apart. They are fed from `ParameterBuffer.views(prefix)`.
 */
export function weightInputs(config: ModelConfig, head: HeadKind, prefix = ''): WeightInputs {
  const all = [...modelParameters(config, head), ...adapterParameters(config)];
  const inputs = new Map(all.map(({ name, shape }) => [name, input(prefix + name, shape)]));
  const named = (name: string): Tensor<'input'> => {
    const tensor = inputs.get(name);
    if (tensor === undefined) throw new Error(`weightInputs: expected a parameter, got ${name}`);
    return tensor;
  };
  const adapter = adapterGraph(config, named);
  return {
    weights: adapter === undefined ? named : Object.assign(named, { adapter }),
    inputs: trainableParameters(config, head).map(({ name }) => named(name)),
  };
}
