/**
 * The Llama family (Touvron et al. 2023), with the parameter names and layouts of its checkpoints:
 * rotated queries and keys, RMS normalisation before each part, a gated feed-forward part, key/value
 * heads shared by several query heads, weights stored [out, in]. Mistral, Qwen2 and Qwen3 are the
 * same description with other biases, and normalised queries and keys in Qwen3.
 */
import { gather, mul, reshape, rmsNorm, silu } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Family, ModelParameter, Rotation, Weights } from './family.ts';
import { linear } from './linear.ts';
import type { LlamaConfig } from './modelConfig.ts';
import { rotate, rotationOf } from './rope.ts';

const tokenTable = 'model.embed_tokens.weight';
const ownHead = 'lm_head.weight';

/** The parts of a model of the Llama family, see {@link Family}. */
export function llama(config: LlamaConfig): Family {
  const { nHead, nKvHead, headWidth, qkNorm } = config;
  const norm = (weights: Weights, name: string, x: Tensor): Tensor =>
    rmsNorm(x, weights(`${name}.weight`), config.rmsNormEpsilon);
  return {
    parameters: llamaParameters(config),
    layout: 'outputsFirst',
    prefix: 'model.',
    tokenTable,
    outputHead: config.tiedHead ? tokenTable : ownHead,
    rotation: (places) => rotationOf(config, places),
    embed(weights, tokens, { batch, length }) {
      return reshape(gather(weights(tokenTable), tokens), [batch * length, config.nEmbd]); // [N, C]
    },
    project(weights, layer, x, { batch, length }, rotation) {
      const part = `model.layers.${layer}`;
      const attention = `${part}.self_attn`;
      const normed = norm(weights, `${part}.input_layernorm`, x); // [N, C]
      const linearHere = (name: string): Tensor =>
        linear(
          weights,
          `${attention}.${name}_proj`,
          normed,
          'outputsFirst',
          config.biases.projections,
        );
      const turned = (name: 'q' | 'k', heads: number): Tensor => {
        const byHead = reshape(linearHere(name), [batch, length, heads, headWidth]);
        const scaled = qkNorm ? norm(weights, `${attention}.${name}_norm`, byHead) : byHead;
        return reshape(rotate(scaled, required(rotation)), [batch * length, heads * headWidth]);
      };
      return { query: turned('q', nHead), key: turned('k', nKvHead), value: linearHere('v') };
    },
    attentionOutput(weights, layer, attended) {
      const name = `model.layers.${layer}.self_attn.o_proj`;
      return linear(weights, name, attended, 'outputsFirst', config.biases.attentionOutput); // [N, C]
    },
    feedForward(weights, layer, x) {
      const part = `model.layers.${layer}`;
      const normed = norm(weights, `${part}.post_attention_layernorm`, x); // [N, C]
      const through = (name: string, input: Tensor): Tensor =>
        linear(
          weights,
          `${part}.mlp.${name}_proj`,
          input,
          'outputsFirst',
          config.biases.feedForward,
        );
      const gated = mul(silu(through('gate', normed)), through('up', normed)); // [N, nInner]
      return through('down', gated); // [N, C]
    },
    finalNorm: (weights, x) => norm(weights, 'model.norm', x), // [N, C]
  };
}

function required(rotation: Rotation | null): Rotation {
  if (rotation === null) throw new Error('llama: expected a rotation, got null');
  return rotation;
}

function llamaParameters(config: LlamaConfig): ModelParameter[] {
  const { vocabSize, nEmbd, nInner, nLayer, nHead, nKvHead, headWidth, biases } = config;
  const gain = (name: string, width = nEmbd): ModelParameter[] => [
    { name: `${name}.weight`, shape: [width], role: 'gain' },
  ];
  const matrix = (
    name: string,
    inputs: number,
    outputs: number,
    biased: boolean,
  ): ModelParameter[] => [
    { name: `${name}.weight`, shape: [outputs, inputs], role: 'linear' },
    ...(biased ? [{ name: `${name}.bias`, shape: [outputs], role: 'bias' } as const] : []),
  ];
  const keys = nKvHead * headWidth;
  const queries = nHead * headWidth;
  const layers = Array.from({ length: nLayer }, (_, layer) => `model.layers.${layer}`);
  return [
    { name: tokenTable, shape: [vocabSize, nEmbd], role: 'embedding' },
    ...layers.flatMap((part) => [
      ...gain(`${part}.input_layernorm`),
      ...matrix(`${part}.self_attn.q_proj`, nEmbd, queries, biases.projections),
      ...matrix(`${part}.self_attn.k_proj`, nEmbd, keys, biases.projections),
      ...matrix(`${part}.self_attn.v_proj`, nEmbd, keys, biases.projections),
      ...matrix(`${part}.self_attn.o_proj`, queries, nEmbd, biases.attentionOutput),
      ...(config.qkNorm
        ? [
            ...gain(`${part}.self_attn.q_norm`, headWidth),
            ...gain(`${part}.self_attn.k_norm`, headWidth),
          ]
        : []),
      ...gain(`${part}.post_attention_layernorm`),
      ...matrix(`${part}.mlp.gate_proj`, nEmbd, nInner, biases.feedForward),
      ...matrix(`${part}.mlp.up_proj`, nEmbd, nInner, biases.feedForward),
      ...matrix(`${part}.mlp.down_proj`, nInner, nEmbd, biases.feedForward),
    ]),
    ...gain('model.norm'),
  ];
}
