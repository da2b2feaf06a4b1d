/** Optimisation of flat parameter buffers. */
export { AdamW, decaysMatrices } from './adamW.ts';
export type { AdamWOptions, AdamWState } from './adamW.ts';
export { DeviceAdamW } from './deviceAdamW.ts';
export { ExponentialMovingAverage } from './ema.ts';
export { clipScale, globalNorm } from './gradientNorm.ts';
export { cosineDecay, linearDecay, linearWarmup, warmupFrom } from './schedules.ts';
