/**
 * GPT-2 (Radford et al. 2019), with the parameter names and layouts of its checkpoints: learned
 * positions, layer normalisation before each part, weights stored [in, out] ("Conv1D"), tied head.
 */
import { add, gather, gelu, layerNorm, relu, reshape, slice } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Family, ModelParameter, ParameterRole, Weights } from './family.ts';
import { linear } from './linear.ts';
import type { Activation, Gpt2Config } from './modelConfig.ts';

const activations = { gelu_new: gelu, relu } as const satisfies Record<
  Activation,
  (x: Tensor) => Tensor
>;
const tokenTable = 'transformer.wte.weight';

/** GPT-2's parts, see {@link Family}. */
export function gpt2(config: Gpt2Config): Family {
  const norm = (weights: Weights, name: string, x: Tensor): Tensor =>
    layerNorm(x, weights(`${name}.weight`), weights(`${name}.bias`), config.layerNormEpsilon);
  return {
    parameters: gpt2Parameters(config),
    layout: 'inputsFirst',
    prefix: 'transformer.',
    tokenTable,
    outputHead: tokenTable,
    rotation: () => null,
    embed(weights, tokens, { batch, length, positions }) {
      const words = gather(weights(tokenTable), tokens); // [B, T, C]
      const table = weights('transformer.wpe.weight'); // [nCtx, C]
      const places = positions === null ? slice(table, 0, 0, length) : gather(table, positions);
      return reshape(add(words, places), [batch * length, -1]); // [N, C]
    },
    project(weights, layer, x) {
      const part = `transformer.h.${layer}`;
      const joined = conv1d(weights, `${part}.attn.c_attn`, norm(weights, `${part}.ln_1`, x)); // [N, 3C]
      const width = config.nEmbd;
      return {
        query: slice(joined, 1, 0, width),
        key: slice(joined, 1, width, 2 * width),
        value: slice(joined, 1, 2 * width),
        joined,
      };
    },
    attentionOutput(weights, layer, attended) {
      return conv1d(weights, `transformer.h.${layer}.attn.c_proj`, attended); // [N, C]
    },
    feedForward(weights, layer, x) {
      const part = `transformer.h.${layer}`;
      const inner = conv1d(weights, `${part}.mlp.c_fc`, norm(weights, `${part}.ln_2`, x)); // [N, 4C]
      return conv1d(weights, `${part}.mlp.c_proj`, activations[config.activation](inner)); // [N, C]
    },
    finalNorm: (weights, x) => norm(weights, 'transformer.ln_f', x), // [N, C]
  };
}

/** x [N, in] · weight [in, out] + bias [out] */
function conv1d(weights: Weights, name: string, x: Tensor): Tensor {
  return linear(weights, name, x, 'inputsFirst', true);
}

function gpt2Parameters(config: Gpt2Config): ModelParameter[] {
  const { vocabSize, nCtx, nEmbd, nInner, nLayer } = config;
  const normed = (name: string): ModelParameter[] => [
    { name: `${name}.weight`, shape: [nEmbd], role: 'gain' },
    { name: `${name}.bias`, shape: [nEmbd], role: 'bias' },
  ];
  const matrix = (
    name: string,
    inputs: number,
    outputs: number,
    role: ParameterRole = 'linear',
  ): ModelParameter[] => [
    { name: `${name}.weight`, shape: [inputs, outputs], role },
    { name: `${name}.bias`, shape: [outputs], role: 'bias' },
  ];
  const layers = Array.from({ length: nLayer }, (_, layer) => `transformer.h.${layer}`);
  return [
    { name: tokenTable, shape: [vocabSize, nEmbd], role: 'embedding' },
    { name: 'transformer.wpe.weight', shape: [nCtx, nEmbd], role: 'embedding' },
    ...layers.flatMap((part) => [
      ...normed(`${part}.ln_1`),
      ...matrix(`${part}.attn.c_attn`, nEmbd, 3 * nEmbd),
      ...matrix(`${part}.attn.c_proj`, nEmbd, nEmbd, 'residual'),
      ...normed(`${part}.ln_2`),
      ...matrix(`${part}.mlp.c_fc`, nEmbd, nInner),
      ...matrix(`${part}.mlp.c_proj`, nInner, nEmbd, 'residual'),
    ]),
    ...normed('transformer.ln_f'),
  ];
}
