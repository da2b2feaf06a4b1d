/** GPT-2's `config.json`. */
import * as z from 'zod';
import { jsonChecker } from '../../data/jsonCheck.ts';
import type { Activation, Gpt2Config } from './modelConfig.ts';
import {
  badConfig,
  count,
  endTokenOf,
  foreignKeys,
  layers,
  sharedKeys,
} from './sharedConfigKeys.ts';

const activations = {
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  relu: 'relu',
} as const satisfies Record<string, Activation>;

const schema = z.looseObject({
  ...sharedKeys,
  ...foreignKeys,
  n_positions: count.optional(),
  n_ctx: count.optional(),
  n_embd: count,
  n_layer: layers,
  n_head: count,
  n_inner: count.nullish(),
  activation_function: z.enum(['gelu_new', 'gelu_pytorch_tanh', 'relu']).default('gelu_new'),
  layer_norm_epsilon: z.number().gt(0).default(1e-5),
  scale_attn_weights: z.literal(true).optional(),
  scale_attn_by_inverse_layer_idx: z.literal(false).optional(),
  tie_word_embeddings: z.literal(true).optional(),
});
const check = jsonChecker(schema);

/**
 * The architecture in the text of a `config.json`, without its other keys.
 *
 * @throws InstructError `bad-model` naming the key and the value that is not supported.
 */
export function readGpt2Config(text: string, path: string): Gpt2Config {
  const result = check(text);
  if (!result.ok) {
    const [issue] = result.issues;
    throw badConfig(path, issue.message, issue.path.map(String).join('.'));
  }
  const hf = result.value;
  if (hf.n_embd % hf.n_head !== 0) {
    throw badConfig(path, `n_head: ${hf.n_head} does not divide n_embd ${hf.n_embd}`, 'n_head');
  }
  const nCtx = hf.n_positions ?? hf.n_ctx;
  if (nCtx === undefined) throw badConfig(path, 'n_positions: is missing', 'n_positions');
  return {
    modelType: 'gpt2',
    vocabSize: hf.vocab_size,
    nCtx,
    nEmbd: hf.n_embd,
    nLayer: hf.n_layer,
    nHead: hf.n_head,
    nInner: hf.n_inner ?? 4 * hf.n_embd,
    activation: activations[hf.activation_function],
    layerNormEpsilon: hf.layer_norm_epsilon,
    initializerRange: hf.initializer_range,
    endToken: endTokenOf(hf.eos_token_id),
  };
}

/** The keys of `config.json` that say what {@link readGpt2Config} reads. */
export function gpt2Keys(config: Gpt2Config): Record<string, unknown> {
  return {
    activation_function: config.activation,
    initializer_range: config.initializerRange,
    layer_norm_epsilon: config.layerNormEpsilon,
    n_ctx: config.nCtx,
    n_embd: config.nEmbd,
    n_head: config.nHead,
    n_inner: config.nInner === 4 * config.nEmbd ? null : config.nInner,
    n_layer: config.nLayer,
    n_positions: config.nCtx,
    scale_attn_weights: true,
    tie_word_embeddings: true,
    vocab_size: config.vocabSize,
  };
}
