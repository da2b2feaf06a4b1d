import { vectorKernel } from './vectorKernel.ts';

/** Euclidean norm of all gradients together, summed in double precision. NaN if any is NaN. */
export function globalNorm(gradients: Float32Array): number {
  return Math.sqrt(vectorKernel.sumOfSquares(gradients));
}

/**
 * The factor that brings gradients of this norm down to `maxNorm`; 1 if they are within it. To be
 * given to `AdamW.step` as `gradientScale`, so that clipping costs no pass of its own.
 */
export function clipScale(norm: number, maxNorm: number): number {
  if (!(maxNorm > 0)) throw new Error(`clipScale: expected maxNorm > 0, got ${String(maxNorm)}`);
  return norm > maxNorm ? maxNorm / norm : 1;
}
