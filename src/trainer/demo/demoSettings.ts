/** The sizes and hyper-parameters of the demo: what differs from the defaults, and why. */
import type { HyperparameterValue } from '../../protocol/hyperparameters.ts';
import type { PipelineStage } from '../stagePlans.ts';
import type { WorldProjectSize } from '../worldProject.ts';

/** Prompts and demonstrations of the demo's project. */
export const demoSize: Omit<WorldProjectSize, 'seed'> = {
  train: 900,
  valid: 120,
  test: 300,
  demonstrations: 600,
};

/** Settings on top of the defaults of each stage, fitted on the validation split alone. */
export const demoSettings: Readonly<
  Record<PipelineStage, Readonly<Record<string, HyperparameterValue>>>
> = {
  sft: {},
  sample: {},
  rank: {},
  rm: {},
  ppo: {},
  eval: {},
};
