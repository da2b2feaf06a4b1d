/** The `config.json` of the Llama family: Llama, Mistral, Qwen2 and Qwen3. */
import * as z from 'zod';
import { jsonChecker } from '../../data/jsonCheck.ts';
import { llamaTypes } from './modelConfig.ts';
import type { LlamaConfig, LlamaType } from './modelConfig.ts';
import { readRope, ropeKeys, ropeSchema } from './ropeConfig.ts';
import {
  badConfig,
  count,
  endTokenOf,
  foreignKeys,
  layers,
  sharedKeys,
} from './sharedConfigKeys.ts';

const schema = z.looseObject({
  ...sharedKeys,
  ...foreignKeys,
  model_type: z.enum(llamaTypes),
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layers,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  hidden_act: z.enum(['silu', 'swish']).default('silu'),
  max_position_embeddings: count,
  rms_norm_eps: z.number().gt(0).default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  use_sliding_window: z.literal(false).optional(),
  sliding_window: count.nullish(),
  layer_types: z.array(z.literal('full_attention')).nullish(),
  ...ropeSchema,
});
const check = jsonChecker(schema);
type HfConfig = z.infer<typeof schema>;

/** What transformers takes where a key is missing, and which layers have a bias whatever is said. */
const traits = {
  llama: { kvHeads: null, headWidth: null },
  mistral: { kvHeads: 8, headWidth: null },
  qwen2: { kvHeads: 32, headWidth: null },
  qwen3: { kvHeads: 32, headWidth: 128 },
} as const satisfies Record<
  LlamaType,
  { readonly kvHeads: number | null; readonly headWidth: number | null }
>;

/**
 * The architecture in the text of a `config.json`, without its other keys.
 *
 * @throws InstructError `bad-model` naming the key and the value that is not supported.
 */
export function readLlamaConfig(text: string, path: string): LlamaConfig {
  const result = check(text);
  if (!result.ok) {
    const [issue] = result.issues;
    throw badConfig(path, issue.message, issue.path.map(String).join('.'));
  }
  const hf = result.value;
  checkWindow(hf, path);
  const nHead = hf.num_attention_heads;
  const type = traits[hf.model_type];
  const nKvHead =
    (hf.num_key_value_heads === undefined ? type.kvHeads : hf.num_key_value_heads) ?? nHead;
  if (nHead % nKvHead !== 0) {
    const what = `${nKvHead} does not divide num_attention_heads ${nHead}`;
    throw badConfig(path, `num_key_value_heads: ${what}`, 'num_key_value_heads');
  }
  const given = hf.head_dim === undefined ? type.headWidth : hf.head_dim;
  const headWidth = given ?? hf.hidden_size / nHead;
  if (!Number.isInteger(headWidth) || headWidth % 2 !== 0) {
    const what = `expected heads of an even width, got ${headWidth}`;
    const key = given === null ? 'num_attention_heads' : 'head_dim';
    throw badConfig(path, `${key}: ${what}`, key);
  }
  return {
    modelType: hf.model_type,
    vocabSize: hf.vocab_size,
    nCtx: hf.max_position_embeddings,
    nEmbd: hf.hidden_size,
    nLayer: hf.num_hidden_layers,
    nHead,
    nKvHead,
    headWidth,
    nInner: hf.intermediate_size,
    rmsNormEpsilon: hf.rms_norm_eps,
    ...readRope(hf, path),
    biases: biasesOf(hf),
    qkNorm: hf.model_type === 'qwen3',
    tiedHead: hf.tie_word_embeddings,
    initializerRange: hf.initializer_range,
    endToken: endTokenOf(hf.eos_token_id),
  };
}

/** Qwen2 has its biases whatever the config says, Mistral none. */
function biasesOf({ model_type: type, ...hf }: HfConfig): LlamaConfig['biases'] {
  const attention = (type === 'llama' || type === 'qwen3') && hf.attention_bias;
  return {
    projections: attention || type === 'qwen2',
    attentionOutput: attention,
    feedForward: type === 'llama' && hf.mlp_bias,
  };
}

/** A window at least as long as the context hides nothing. Mistral has one of 4096 unless it says null. */
function checkWindow(hf: HfConfig, path: string): void {
  const window = hf.sliding_window === undefined ? 4096 : hf.sliding_window;
  const context = hf.max_position_embeddings;
  if (hf.model_type !== 'mistral' || window === null || window >= context) return;
  const what = `a window of ${window} in a context of ${context} is not supported`;
  const hint = 'null, or a max_position_embeddings no longer than the window, is';
  throw badConfig(path, `sliding_window: ${what}; ${hint}`, 'sliding_window');
}

/** The keys of `config.json` that say what {@link readLlamaConfig} reads. */
export function llamaKeys(config: LlamaConfig): Record<string, unknown> {
  const { modelType, biases } = config;
  return {
    head_dim: config.headWidth,
    hidden_act: 'silu',
    hidden_size: config.nEmbd,
    initializer_range: config.initializerRange,
    intermediate_size: config.nInner,
    max_position_embeddings: config.nCtx,
    num_attention_heads: config.nHead,
    num_hidden_layers: config.nLayer,
    num_key_value_heads: config.nKvHead,
    rms_norm_eps: config.rmsNormEpsilon,
    tie_word_embeddings: config.tiedHead,
    vocab_size: config.vocabSize,
    ...((modelType === 'llama' || modelType === 'qwen3') && {
      attention_bias: biases.attentionOutput,
    }),
    ...(modelType === 'llama' && { mlp_bias: biases.feedForward }),
    ...(modelType === 'mistral' && { sliding_window: null }),
    ...(modelType.startsWith('qwen') && { use_sliding_window: false }),
    ...ropeKeys(config),
  };
}
