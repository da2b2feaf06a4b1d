/** The keys of a `config.json` that say how positions turn queries and keys. */
import * as z from 'zod';
import type { LlamaConfig, RopeScaling } from './modelConfig.ts';
import { badConfig, count } from './sharedConfigKeys.ts';

const factor = z.number().gt(0);
const type = z.enum(['default', 'linear', 'llama3', 'yarn']);

/** Strict: a key that is not known may change the angles. */
const scalingSchema = z.strictObject({
  rope_type: type.optional(),
  type: type.optional(),
  rope_theta: factor.nullish(),
  factor: factor.nullish(),
  original_max_position_embeddings: count.nullish(),
  low_freq_factor: factor.nullish(),
  high_freq_factor: factor.nullish(),
  attention_factor: factor.nullish(),
  beta_fast: factor.nullish(),
  beta_slow: factor.nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  truncate: z.boolean().nullish(),
  partial_rotary_factor: z.literal(1).nullish(),
});
type Scaling = z.infer<typeof scalingSchema>;

/** `rope_scaling` beside `rope_theta` up to transformers 4, both in `rope_parameters` since 5. */
export const ropeSchema = {
  rope_theta: factor.nullish(),
  rope_scaling: scalingSchema.nullish(),
  rope_parameters: scalingSchema.nullish(),
  original_max_position_embeddings: count.nullish(),
} as const;

interface RopeSource {
  readonly rope_theta?: number | null | undefined;
  readonly rope_scaling?: Scaling | null | undefined;
  readonly rope_parameters?: Scaling | null | undefined;
  readonly original_max_position_embeddings?: number | null | undefined;
  readonly max_position_embeddings: number;
}

/**
 * The angles that a checked `config.json` asks for, by transformers' precedence.
 *
 * @throws InstructError `bad-model` naming the key that is missing.
 */
export function readRope(
  hf: RopeSource,
  path: string,
): Pick<LlamaConfig, 'ropeTheta' | 'ropeScaling'> {
  const key = isGiven(hf.rope_scaling) ? 'rope_scaling' : 'rope_parameters';
  const given = hf[key] ?? {};
  const need = (name: keyof Scaling): number => {
    const value = given[name];
    if (typeof value === 'number') return value;
    throw badConfig(path, `${key}.${name}: is missing`, `${key}.${name}`);
  };
  const originalCtx =
    hf.original_max_position_embeddings ??
    given.original_max_position_embeddings ??
    hf.max_position_embeddings;
  const scalings = {
    default: () => ({ kind: 'none' }),
    linear: () => ({ kind: 'linear', factor: need('factor') }),
    llama3: () => ({
      kind: 'llama3',
      factor: need('factor'),
      lowFreqFactor: need('low_freq_factor'),
      highFreqFactor: need('high_freq_factor'),
      originalCtx,
    }),
    yarn: () => {
      const stretch = given.factor ?? hf.max_position_embeddings / originalCtx;
      return {
        kind: 'yarn',
        factor: stretch,
        originalCtx,
        betaFast: given.beta_fast ?? 32,
        betaSlow: given.beta_slow ?? 1,
        attentionFactor: given.attention_factor ?? yarnAttentionFactor(stretch, given),
        truncate: given.truncate ?? true,
      };
    },
  } as const satisfies Record<z.infer<typeof type>, () => RopeScaling>;
  return {
    ropeTheta: given.rope_theta ?? hf.rope_theta ?? 10_000,
    ropeScaling: scalings[given.rope_type ?? given.type ?? 'default'](),
  };
}

function isGiven(scaling: Scaling | null | undefined): boolean {
  return Object.keys(scaling ?? {}).length > 0;
}

function yarnAttentionFactor(stretch: number, { mscale, mscale_all_dim }: Scaling): number {
  const scale = (by: number): number => (stretch <= 1 ? 1 : 0.1 * by * Math.log(stretch) + 1);
  const both = typeof mscale === 'number' && typeof mscale_all_dim === 'number';
  return both && mscale !== 0 && mscale_all_dim !== 0
    ? scale(mscale) / scale(mscale_all_dim)
    : scale(1);
}

/** The keys that say what {@link readRope} reads, in the form that every transformers reads. */
export function ropeKeys({ ropeTheta, ropeScaling }: LlamaConfig): Record<string, unknown> {
  return { rope_theta: ropeTheta, rope_scaling: scalingKeys(ropeScaling) };
}

function scalingKeys(scaling: RopeScaling): Scaling | null {
  switch (scaling.kind) {
    case 'none':
      return null;
    case 'linear':
      return { rope_type: 'linear', factor: scaling.factor };
    case 'llama3':
      return {
        rope_type: 'llama3',
        factor: scaling.factor,
        low_freq_factor: scaling.lowFreqFactor,
        high_freq_factor: scaling.highFreqFactor,
        original_max_position_embeddings: scaling.originalCtx,
      };
    case 'yarn':
      return {
        rope_type: 'yarn',
        factor: scaling.factor,
        original_max_position_embeddings: scaling.originalCtx,
        beta_fast: scaling.betaFast,
        beta_slow: scaling.betaSlow,
        attention_factor: scaling.attentionFactor,
        truncate: scaling.truncate,
      };
  }
}
