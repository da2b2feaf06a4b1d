import type { Hyperparameter } from './row.ts';
import { sample } from './sample.ts';

/** Evaluation on held-out prompts. */
export const evaluate = {
  split: { ...sample.split, default: 'test' },
  temperature: sample.temperature,
  maxNewTokens: sample.maxNewTokens,
  maxPrompts: sample.maxPrompts,
} satisfies Record<string, Hyperparameter>;
