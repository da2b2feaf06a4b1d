/**
 * Rotary position embeddings (Su et al. 2021) as Llama's checkpoints have them: dimension i of a
 * head is turned together with dimension i + D/2, by an angle that grows with the position. The
 * scalings stretch the angles for contexts longer than those of pre-training.
 */
import { add, cast, concat, constant, cos, mul, reshape, sin, slice, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Places, Rotation } from './family.ts';
import type { LlamaConfig, RopeScaling } from './modelConfig.ts';

/** The rotation of every token of a pass: [T, 1, D/2], or [B, T, 1, D/2] where positions are given. */
export function rotationOf(config: LlamaConfig, { length, positions }: Places): Rotation {
  const frequencies = ropeFrequencies(config);
  const half = frequencies.length;
  const at =
    positions === null
      ? constant(
          Float32Array.from({ length }, (_, t) => t),
          [length],
        )
      : cast(positions, 'float32'); // [.., T]
  const angles = mul(reshape(at, [...at.shape, 1, 1]), constant(frequencies, [half])); // [.., T, 1, D/2]
  const factor = attentionFactor(config.ropeScaling);
  return factor === 1
    ? { cos: cos(angles), sin: sin(angles) }
    : { cos: mul(cos(angles), factor), sin: mul(sin(angles), factor) };
}

/** Turns the heads of x [B, T, H, D]. */
export function rotate(x: Tensor, { cos, sin }: Rotation): Tensor {
  const half = x.shape[3] / 2;
  const [first, second] = [slice(x, 3, 0, half), slice(x, 3, half)]; // [B, T, H, D/2]
  return concat(
    [sub(mul(first, cos), mul(second, sin)), add(mul(second, cos), mul(first, sin))],
    3,
  );
}

/**
 * Radians a position for each of the D/2 pairs, in float32 steps as in transformers.
 *
 * @see huggingface/transformers src/transformers/modeling_rope_utils.py
 */
export function ropeFrequencies({ headWidth, ropeTheta, ropeScaling }: LlamaConfig): Float32Array {
  const plain = Float32Array.from(
    { length: headWidth / 2 },
    (_, i) => 1 / Math.fround(ropeTheta ** Math.fround((2 * i) / headWidth)),
  );
  switch (ropeScaling.kind) {
    case 'none':
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / ropeScaling.factor);
    case 'llama3':
      return plain.map((frequency) => llama3Frequency(frequency, ropeScaling));
    case 'yarn':
      return yarnFrequencies(plain, headWidth, ropeTheta, ropeScaling);
  }
}

/** Long waves are stretched, short ones kept, and those between are stretched in part. */
function llama3Frequency(
  frequency: number,
  { factor, lowFreqFactor, highFreqFactor, originalCtx }: RopeScaling & { kind: 'llama3' },
): number {
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < originalCtx / highFreqFactor) return frequency;
  if (wavelength > originalCtx / lowFreqFactor) return frequency / factor;
  const kept = (originalCtx / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
  return ((1 - kept) * frequency) / factor + kept * frequency;
}

/** YaRN (Peng et al. 2023): a ramp between kept and stretched pairs. */
function yarnFrequencies(
  plain: Float32Array,
  headWidth: number,
  theta: number,
  { factor, originalCtx, betaFast, betaSlow, truncate }: RopeScaling & { kind: 'yarn' },
): Float32Array {
  // The pair that turns so many times within the original context.
  const pairOf = (turns: number): number =>
    (headWidth * Math.log(originalCtx / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [low, high] = [pairOf(betaFast), pairOf(betaSlow)];
  const from = Math.max(truncate ? Math.floor(low) : low, 0);
  const until = Math.min(truncate ? Math.ceil(high) : high, headWidth - 1);
  const width = from === until ? 0.001 : until - from;
  return plain.map((frequency, i) => {
    const stretched = Math.min(1, Math.max(0, (i - from) / width));
    return (frequency / factor) * stretched + frequency * (1 - stretched);
  });
}

/** What YaRN multiplies cosines and sines with, and so attention's scores twice. */
function attentionFactor(scaling: RopeScaling): number {
  return scaling.kind === 'yarn' ? scaling.attentionFactor : 1;
}
