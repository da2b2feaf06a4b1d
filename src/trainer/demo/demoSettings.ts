/** The sizes and hyper-parameters of the demo: what differs from the defaults, and why. */
import type { HyperparameterValue } from '../../protocol/hyperparameters.ts';
import type { PipelineStage } from '../../protocol/pipelineSteps.ts';
import type { WorldProjectSize } from '../worldProject.ts';

/** Prompts and demonstrations of the demo's project. */
export const demoSize: Omit<WorldProjectSize, 'seed'> = {
  train: 6000,
  valid: 150,
  test: 1500,
  demonstrations: 2000,
};

/** Settings on top of the defaults of each stage, fitted on the validation split alone. */
export const demoSettings: Readonly<
  Record<PipelineStage, Readonly<Record<string, HyperparameterValue>>>
> = {
  sft: {},
  sample: {},
  // On samples of the demo's SFT model two labelers then agree on about 72 % of comparisons.
  rank: { noise: 1.05 },
  rm: {},
  ppo: {},
  eval: {},
};
