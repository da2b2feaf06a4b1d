/** The parameters of a model: their names and shapes, as graph inputs, and their first numbers. */
import type { Random } from '../../data/random.ts';
import { input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { ParameterBuffer } from '../runtime/index.ts';
import type { ParameterShape } from '../runtime/index.ts';
import { gpt2Parameters } from './gpt2.ts';
import { scoreWeight } from './heads.ts';
import type { HeadKind, ModelConfig } from './modelConfig.ts';
import type { Weights } from './family.ts';

/** Names and shapes in the order in which they are laid out and stored. */
export function modelParameters(config: ModelConfig, head: HeadKind): ParameterShape[] {
  const trunk = gpt2Parameters(config);
  return head === 'language' ? trunk : [...trunk, { name: scoreWeight, shape: [1, config.nEmbd] }];
}

/** A model's parameters as graph inputs. */
export interface WeightInputs {
  /** What {@link trunk} and the heads take. */
  readonly weights: Weights;
  /** All of them, in the order of {@link modelParameters}: what a loss is differentiated by. */
  readonly inputs: readonly Tensor<'input'>[];
}

/**
 * Inputs for a model's parameters, named by their checkpoint keys behind an optional prefix, which
 * keeps two models in one graph apart. They are fed from `ParameterBuffer.views(prefix)`.
 */
export function weightInputs(config: ModelConfig, head: HeadKind, prefix = ''): WeightInputs {
  const inputs = new Map(
    modelParameters(config, head).map(({ name, shape }) => [name, input(prefix + name, shape)]),
  );
  const weights: Weights = (name) => {
    const tensor = inputs.get(name);
    if (tensor === undefined) throw new Error(`weightInputs: expected a parameter, got ${name}`);
    return tensor;
  };
  return { weights, inputs: [...inputs.values()] };
}

/**
 * New parameters as GPT-2's: normal with the configuration's standard deviation (0.02), the
 * projections that end on the residual stream scaled by 1/√(2·layers), biases 0, gains 1 (Radford
 * et al. 2019, section 2.3). The scalar head is normal with 1/√(C + 1)
 * (openai/summarize-from-feedback, as in PAPER.md section 4).
 */
export function initialise(config: ModelConfig, head: HeadKind, random: Random): ParameterBuffer {
  const parameters = new ParameterBuffer(modelParameters(config, head));
  for (const { name } of parameters.entries) {
    const view = parameters.view(name);
    const deviation = initialDeviation(config, name);
    if (deviation === 0) view.fill(/\.ln_\w+\.weight$/.test(name) ? 1 : 0);
    else for (let i = 0; i < view.length; i++) view[i] = deviation * random.normal();
  }
  return parameters;
}

/** A reward model with the language model's trunk and a new scalar head. */
export function withScalarHead(
  config: ModelConfig,
  trunk: ParameterBuffer,
  random: Random,
): ParameterBuffer {
  const parameters = new ParameterBuffer(modelParameters(config, 'scalar'));
  parameters.copyFrom(trunk);
  const score = parameters.view(scoreWeight);
  const deviation = initialDeviation(config, scoreWeight);
  for (let i = 0; i < score.length; i++) score[i] = deviation * random.normal();
  return parameters;
}

/** The standard deviation of a parameter's first numbers; 0 for biases and gains. */
function initialDeviation({ initializerRange, nLayer, nEmbd }: ModelConfig, name: string): number {
  if (name === scoreWeight) return 1 / Math.sqrt(nEmbd + 1);
  if (name.endsWith('.bias') || /\.ln_\w+\.weight$/.test(name)) return 0;
  return name.endsWith('.c_proj.weight')
    ? initializerRange / Math.sqrt(2 * nLayer)
    : initializerRange;
}
