/**
 * GPT-2 (Radford et al. 2019), with the parameter names and layouts of its checkpoints: learned
 * positions, layer normalisation before each part, weights stored [in, out] ("Conv1D"), tied head.
 */
import { add, gather, gelu, layerNorm, matMul, relu, reshape, slice } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { ParameterShape } from '../runtime/index.ts';
import type { ModelConfig } from './modelConfig.ts';
import type { Family, Weights } from './family.ts';

const activations = { gelu_new: gelu, relu } as const satisfies Record<
  ModelConfig['activation'],
  (x: Tensor) => Tensor
>;

/** GPT-2's parts, see {@link Family}. */
export const gpt2: Family = {
  embed(weights, tokens, positions) {
    const [batch, length] = tokens.shape;
    const words = gather(weights('transformer.wte.weight'), tokens); // [B, T, C]
    const table = weights('transformer.wpe.weight'); // [nCtx, C]
    const places = positions === null ? slice(table, 0, 0, length) : gather(table, positions);
    return reshape(add(words, places), [batch * length, -1]); // [N, C]
  },
  project(weights, layer, x, config) {
    const part = `transformer.h.${layer}`;
    const normed = norm(weights, `${part}.ln_1`, x, config); // [N, C]
    const joined = conv1d(weights, `${part}.attn.c_attn`, normed); // [N, 3C]
    const width = config.nEmbd;
    return {
      query: slice(joined, 1, 0, width),
      key: slice(joined, 1, width, 2 * width),
      value: slice(joined, 1, 2 * width),
    };
  },
  attentionOutput(weights, layer, attended) {
    return conv1d(weights, `transformer.h.${layer}.attn.c_proj`, attended); // [N, C]
  },
  feedForward(weights, layer, x, config) {
    const part = `transformer.h.${layer}`;
    const normed = norm(weights, `${part}.ln_2`, x, config); // [N, C]
    const inner = conv1d(weights, `${part}.mlp.c_fc`, normed); // [N, 4C]
    return conv1d(weights, `${part}.mlp.c_proj`, activations[config.activation](inner)); // [N, C]
  },
  finalNorm(weights, x, config) {
    return norm(weights, 'transformer.ln_f', x, config); // [N, C]
  },
};

function norm(weights: Weights, name: string, x: Tensor, config: ModelConfig): Tensor {
  const { layerNormEpsilon } = config;
  return layerNorm(x, weights(`${name}.weight`), weights(`${name}.bias`), layerNormEpsilon);
}

/** x [N, in] · weight [in, out] + bias [out] */
function conv1d(weights: Weights, name: string, x: Tensor): Tensor {
  return add(matMul(x, weights(`${name}.weight`)), weights(`${name}.bias`));
}

/** The trunk's parameters in the order in which they are laid out and stored. */
export function gpt2Parameters(config: ModelConfig): ParameterShape[] {
  const { vocabSize, nCtx, nEmbd, nInner, nLayer } = config;
  const normed = (name: string): ParameterShape[] => [
    { name: `${name}.weight`, shape: [nEmbd] },
    { name: `${name}.bias`, shape: [nEmbd] },
  ];
  const linear = (name: string, inputs: number, outputs: number): ParameterShape[] => [
    { name: `${name}.weight`, shape: [inputs, outputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ];
  const layers = Array.from({ length: nLayer }, (_, layer) => `transformer.h.${layer}`);
  return [
    { name: 'transformer.wte.weight', shape: [vocabSize, nEmbd] },
    { name: 'transformer.wpe.weight', shape: [nCtx, nEmbd] },
    ...layers.flatMap((part) => [
      ...normed(`${part}.ln_1`),
      ...linear(`${part}.attn.c_attn`, nEmbd, 3 * nEmbd),
      ...linear(`${part}.attn.c_proj`, nEmbd, nEmbd),
      ...normed(`${part}.ln_2`),
      ...linear(`${part}.mlp.c_fc`, nEmbd, nInner),
      ...linear(`${part}.mlp.c_proj`, nInner, nEmbd),
    ]),
    ...normed('transformer.ln_f'),
  ];
}
