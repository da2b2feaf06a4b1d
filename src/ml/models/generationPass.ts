/** The passes of generation, each a program of static shape: what they compute, and in which few shapes. */
import type { Tensor } from '../graph/index.ts';
import type { Arrays, Feeds, RunResult } from '../runtime/index.ts';
import { arrangedCache } from './arrangedCache.ts';
import type { Arrangement } from './arrangedCache.ts';
import { promptPass, stepPass } from './cachedPasses.ts';
import type { TemperatureKind } from './cachedPasses.ts';
import type { ModelConfig } from './modelConfig.ts';

/** A pass through the model, or one over the cache alone. */
export type Pass = ModelPass | (Arrangement & { readonly kind: 'arrange' });

/** One of the two passes through the model, with its static shape. */
export interface ModelPass {
  readonly kind: 'prompt' | 'step';
  readonly rows: number;
  /** T of a pass over prompts, L of a step. */
  readonly length: number;
  readonly temperature: TemperatureKind;
  /** Whether keys and values are to stay in the GPU's memory. */
  readonly cacheOnDevice: boolean;
}

/** Runs a pass with the model's weights, its outputs written into the given arrays. */
export type RunPass = (pass: Pass, feeds: Feeds, into: Arrays) => Promise<RunResult>;

/** What a pass computes, and which of its outputs, all of them keys or values, stay on the device. */
export interface PassGraph {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly resident: readonly string[];
}

/** Tells passes of different graphs apart. */
export function passKey(pass: Pass): string {
  if (pass.kind === 'arrange') {
    const { held, prompts, promptLength, rows, length } = pass;
    return `arrange ${held}+${prompts}x${promptLength} ${rows}x${length}`;
  }
  return `${pass.kind} ${pass.rows}x${pass.length} ${pass.temperature}`;
}

/** The graph of a pass. */
export function passGraph(config: ModelConfig, pass: Pass): PassGraph {
  if (pass.kind === 'arrange') {
    const outputs = arrangedCache(config, pass);
    return { outputs, resident: Object.keys(outputs) };
  }
  const { kind, rows, length, temperature, cacheOnDevice } = pass;
  const outputs = (kind === 'prompt' ? promptPass : stepPass)(config, rows, length, temperature);
  const resident = Object.keys(outputs).filter((name) => /^(past)?(key|value)\./i.test(name));
  return { outputs, resident: cacheOnDevice ? resident : [] };
}

/** The next of 1, 2, 3, 4, 6, 8, 12, 16, 24, …: few shapes, at most a third of it padding. */
export function roundUpRows(rows: number): number {
  const power = 2 ** Math.floor(Math.log2(rows));
  return (
    [power, power * 1.5, power * 2].find((size) => size >= rows && size % 1 === 0) ?? power * 2
  );
}

/** Up to the next of few lengths, at most a quarter of it padding, at most the context. */
export function roundUpLength(length: number, nCtx: number, least = 32): number {
  const step = Math.max(least, 2 ** Math.floor(Math.log2(length) - 2));
  return Math.min(nCtx, Math.ceil(length / step) * step);
}
