/** The keys of a `config.json` that all families have, and those that none of ours may have. */
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';

/** A size or number of parts. */
export const count = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
/** How many layers there can be: each is written out in the graph. */
export const layers = z.int().min(1).max(4096);
const token = z.int().min(0);

/** Keys that transformers writes for any model, with the values that are supported. */
export const sharedKeys = {
  architectures: z.array(z.string()).nullish(),
  vocab_size: count,
  initializer_range: z.number().gt(0).default(0.02),
  eos_token_id: z.union([token, z.array(token).min(1)]).nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  is_encoder_decoder: z.literal(false).optional(),
  add_cross_attention: z.literal(false).optional(),
  is_causal: z.literal(true).optional(),
  quantization_config: z.null().optional(),
  pruned_heads: z.record(z.string(), z.never()).nullish(),
  instruct_studio: z
    .looseObject({ reward_bias: z.number().optional(), vocabulary_sha256: z.string().optional() })
    .optional(),
} as const;

/**
 * Settings of related architectures that change the numbers. Our families know none of them: a
 * value other than the one that does nothing means another model under a familiar name.
 */
export const foreignKeys = {
  attention_chunk_size: z.null().optional(),
  attention_multiplier: z.literal(1).nullish(),
  attn_logit_softcapping: z.null().optional(),
  clip_qkv: z.null().optional(),
  embedding_multiplier: z.literal(1).nullish(),
  final_logit_softcapping: z.null().optional(),
  logit_scale: z.literal(1).nullish(),
  logits_scaling: z.literal(1).nullish(),
  no_rope_layers: z.null().optional(),
  num_experts: z.literal(0).nullish(),
  num_local_experts: z.literal(0).nullish(),
  partial_rotary_factor: z.literal(1).nullish(),
  query_pre_attn_scalar: z.null().optional(),
  residual_multiplier: z.literal(1).nullish(),
} as const;

/** The first end token, or null. */
export function endTokenOf(given: number | number[] | null | undefined): number | null {
  return (Array.isArray(given) ? given[0] : given) ?? null;
}

/** The refusal of a `config.json`; `message` begins with the key. */
export function badConfig(path: string, message: string, key: string): InstructError {
  return new InstructError({
    code: 'bad-model',
    message: `${path}: ${message}`,
    remedy:
      'Use a GPT-2, Llama, Mistral, Qwen2 or Qwen3 model whose config.json has only the settings that are supported.',
    place: { path, key },
  });
}
