/** Optimisation of flat parameter buffers. */
export { AdamW, decaysMatrices } from './adamW.ts';
export type { AdamWOptions, AdamWState, AdamWStep } from './adamW.ts';
export { clipScale, globalNorm } from './gradientNorm.ts';
export { constantRate, cosineDecay, linearDecay, linearWarmup, warmupFrom } from './schedules.ts';
export type { Schedule } from './schedules.ts';
