/** Euclidean norm of all gradients together, summed in double precision. NaN if any is NaN. */
export function globalNorm(gradients: Float32Array): number {
  let even = 0;
  let odd = 0;
  const paired = gradients.length - (gradients.length % 2);
  for (let i = 0; i < paired; i += 2) {
    even += gradients[i] * gradients[i];
    odd += gradients[i + 1] * gradients[i + 1];
  }
  if (paired < gradients.length) even += gradients[paired] * gradients[paired];
  return Math.sqrt(even + odd);
}

/**
 * The factor that brings gradients of this norm down to `maxNorm`; 1 if they are within it. To be
 * given to `AdamW.step` as `gradientScale`, so that clipping costs no pass of its own.
 */
export function clipScale(norm: number, maxNorm: number): number {
  if (!(maxNorm > 0)) throw new Error(`clipScale: expected maxNorm > 0, got ${String(maxNorm)}`);
  return norm > maxNorm ? maxNorm / norm : 1;
}
