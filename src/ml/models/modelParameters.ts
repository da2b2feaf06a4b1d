/** The parameters of a model: their names and shapes, and their first numbers. */
import type { Random } from '../../data/random.ts';
import { ParameterBuffer } from '../runtime/index.ts';
import { familyOf } from './families.ts';
import type { ModelParameter } from './family.ts';
import { scoreWeight } from './heads.ts';
import type { HeadKind, ModelConfig } from './modelConfig.ts';

/** The scalar head. */
export function scoreParameter({ nEmbd }: ModelConfig): ModelParameter {
  return { name: scoreWeight, shape: [1, nEmbd], role: 'linear' };
}

/**
 * Names, shapes and roles in the order in which they are laid out and stored; without those of an
 * adapter.
 */
export function modelParameters(config: ModelConfig, head: HeadKind): ModelParameter[] {
  const { parameters, tokenTable, outputHead } = familyOf(config);
  const { vocabSize, nEmbd } = config;
  if (head === 'scalar') {
    return [...parameters, scoreParameter(config)];
  }
  if (outputHead === tokenTable) return [...parameters];
  return [...parameters, { name: outputHead, shape: [vocabSize, nEmbd], role: 'linear' }];
}

/**
 * New parameters as GPT-2's: normal with the configuration's standard deviation (0.02), the
 * projections that end on the residual stream scaled by 1/√(2·layers), biases 0, gains 1 (Radford
 * et al. 2019, section 2.3); the Llama family's without that scaling, as in transformers. The scalar
 * head is normal with 1/√(C + 1) (openai/summarize-from-feedback, as in PAPER.md section 4).
 */
export function initialise(config: ModelConfig, head: HeadKind, random: Random): ParameterBuffer {
  const described = modelParameters(config, head);
  const parameters = new ParameterBuffer(described);
  for (const parameter of described) {
    const view = parameters.view(parameter.name);
    if (parameter.role === 'gain') view.fill(1);
    else if (parameter.role !== 'bias') {
      fillNormal(view, initialDeviation(config, parameter), random);
    }
  }
  return parameters;
}

/**
 * A reward model with the language model's trunk and a new scalar head. Over a trunk with an adapter
 * it shares what the adapter lies over.
 */
export function withScalarHead(
  config: ModelConfig,
  trunk: ParameterBuffer,
  random: Random,
): ParameterBuffer {
  const shapes =
    trunk.frozen === null
      ? modelParameters(config, 'scalar')
      : [...trunk.entries, scoreParameter(config)];
  const parameters = new ParameterBuffer(shapes, undefined, trunk.frozen);
  parameters.copyFrom(trunk);
  fillNormal(parameters.view(scoreWeight), scoreDeviation(config), random);
  return parameters;
}

function fillNormal(view: Float32Array, deviation: number, random: Random): void {
  for (let i = 0; i < view.length; i++) view[i] = deviation * random.normal();
}

/** The standard deviation of a matrix's first numbers. */
function initialDeviation(config: ModelConfig, { name, role }: ModelParameter): number {
  if (name === scoreWeight) return scoreDeviation(config);
  const { initializerRange, nLayer } = config;
  return role === 'residual' ? initializerRange / Math.sqrt(2 * nLayer) : initializerRange;
}

function scoreDeviation({ nEmbd }: ModelConfig): number {
  return 1 / Math.sqrt(nEmbd + 1);
}
