/**
 * What a model is, apart from its numbers: read from and written to a Hugging Face `config.json`.
 * A key that would change the numbers in a way that is not implemented is refused by name; the
 * others are kept, so that a folder read and written again says what it said.
 */
import { z } from 'zod';
import { jsonChecker } from '../../data/jsonCheck.ts';
import { InstructError } from '../../protocol/errors.ts';

/** The architecture of a model of the GPT-2 family. */
export interface ModelConfig {
  readonly modelType: 'gpt2';
  /** V: rows of the embedding table. */
  readonly vocabSize: number;
  /** The longest sequence: rows of the position table. */
  readonly nCtx: number;
  /** C */
  readonly nEmbd: number;
  readonly nLayer: number;
  /** H, which divides C. */
  readonly nHead: number;
  /** Width inside the feed-forward part; 4·C in GPT-2. */
  readonly nInner: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  /** The standard deviation of new weights. */
  readonly initializerRange: number;
  /** The token that ends a text, or null where the model has none. */
  readonly endToken: number | null;
  /** Every other key of the `config.json` that was read, verbatim. */
  readonly otherKeys?: Readonly<Record<string, unknown>>;
}

/** The feed-forward part's non-linearity: GELU by its tanh approximation, or ReLU. */
export type Activation = 'gelu_new' | 'relu';

/** Which model `config.json` stands for: a language model, or a trunk with a scalar head. */
export type HeadKind = 'language' | 'scalar';

/** A `config.json` as read. */
export interface ReadConfig {
  readonly config: ModelConfig;
  readonly head: HeadKind;
  /** What is added to the scalar head's output; 0 for a language model. */
  readonly rewardBias: number;
  /** `Tokenizer.vocabularyDigest` of the tokenizer the model was trained with, where it is known. */
  readonly vocabularyDigest: string | null;
}

const count = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const token = z.int().min(0);
const activations = {
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  relu: 'relu',
} as const satisfies Record<string, Activation>;

/** The keys that decide the numbers, by their names in `config.json`, with the values supported. */
const configSchema = z.looseObject({
  model_type: z.literal('gpt2'),
  architectures: z.array(z.string()).nullish(),
  vocab_size: count,
  n_positions: count.optional(),
  n_ctx: count.optional(),
  n_embd: count,
  n_layer: count,
  n_head: count,
  n_inner: count.nullish(),
  activation_function: z.enum(['gelu_new', 'gelu_pytorch_tanh', 'relu']).default('gelu_new'),
  layer_norm_epsilon: z.number().gt(0).default(1e-5),
  initializer_range: z.number().gt(0).default(0.02),
  eos_token_id: z.union([token, z.array(token).min(1)]).nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  scale_attn_weights: z.literal(true).optional(),
  scale_attn_by_inverse_layer_idx: z.literal(false).optional(),
  add_cross_attention: z.literal(false).optional(),
  is_encoder_decoder: z.literal(false).optional(),
  tie_word_embeddings: z.literal(true).optional(),
  quantization_config: z.null().optional(),
  instruct_studio: z
    .looseObject({ reward_bias: z.number().optional(), vocabulary_sha256: z.string().optional() })
    .optional(),
});
const check = jsonChecker(configSchema);

/** Keys that {@link configText} writes itself, or that are true of the old file only. */
const writtenKeys = new Set([
  ...Object.keys(configSchema.shape),
  'num_labels',
  'label2id',
  'problem_type',
  'torch_dtype',
  'dtype',
]);

/**
 * Reads the text of a `config.json`.
 *
 * @throws InstructError `bad-model` naming the key and the value that is not supported.
 */
export function parseConfig(text: string, path: string): ReadConfig {
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
  const endToken = Array.isArray(hf.eos_token_id) ? hf.eos_token_id[0] : hf.eos_token_id;
  return {
    config: {
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
      endToken: endToken ?? null,
      otherKeys: Object.fromEntries(Object.entries(hf).filter(([key]) => !writtenKeys.has(key))),
    },
    head: headOf(hf, path),
    rewardBias: hf.instruct_studio?.reward_bias ?? 0,
    vocabularyDigest: hf.instruct_studio?.vocabulary_sha256 ?? null,
  };
}

function headOf(hf: z.infer<typeof configSchema>, path: string): HeadKind {
  const [name = 'GPT2LMHeadModel'] = hf.architectures ?? [];
  if (name === 'GPT2LMHeadModel' || name === 'GPT2Model') return 'language';
  if (name !== 'GPT2ForSequenceClassification') {
    const known = 'GPT2LMHeadModel or GPT2ForSequenceClassification';
    throw badConfig(path, `architectures: expected ${known}, got "${name}"`, 'architectures');
  }
  const labels = Object.keys(hf.id2label ?? {}).length;
  if (labels !== 1) {
    throw badConfig(path, `id2label: expected one label, a reward, got ${labels}`, 'id2label');
  }
  return 'scalar';
}

function badConfig(path: string, message: string, key: string): InstructError {
  return new InstructError({
    code: 'bad-model',
    message: `${path}: ${message}`,
    remedy: 'Use a GPT-2 model whose config.json has only the settings that are supported.',
    place: { path, key },
  });
}

/** The text of a `config.json` that transformers and {@link parseConfig} read. */
export function configText(
  { config, head, rewardBias, vocabularyDigest }: ReadConfig,
  dtype: string,
): string {
  const scalar = head === 'scalar';
  const keys = {
    architectures: [scalar ? 'GPT2ForSequenceClassification' : 'GPT2LMHeadModel'],
    model_type: config.modelType,
    activation_function: config.activation,
    attn_pdrop: 0,
    embd_pdrop: 0,
    resid_pdrop: 0,
    bos_token_id: config.endToken,
    eos_token_id: config.endToken,
    // Sequence classification finds a row's last token by its padding: the end token is none.
    pad_token_id: null,
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
    use_cache: true,
    vocab_size: config.vocabSize,
    ...config.otherKeys,
    torch_dtype: dtype,
    ...(scalar && { id2label: { 0: 'reward' }, label2id: { reward: 0 } }),
    instruct_studio: {
      ...(scalar && { reward_bias: rewardBias }),
      ...(vocabularyDigest !== null && { vocabulary_sha256: vocabularyDigest }),
    },
  };
  return `${JSON.stringify(keys, null, 2)}\n`;
}
