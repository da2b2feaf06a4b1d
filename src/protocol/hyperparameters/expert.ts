import { memory } from './memory.ts';
import { optimizer } from './optimizer.ts';
import type { Hyperparameter } from './row.ts';

/** Expert iteration, an alternative to PPO: fine-tuning on the best of n of the policy's own. */
export const expert = {
  iterations: {
    default: 10,
    range: [1, 1_000_000],
    integer: true,
    unit: 'iterations',
    paper: null,
    source: 'embedded model',
    description: 'Rounds of sampling and learning.',
  },
  batchSize: {
    default: 256,
    range: [1, 65_536],
    integer: true,
    unit: 'prompts',
    paper: null,
    source: 'embedded model',
    description: 'Prompts per iteration.',
  },
  completionsPerPrompt: {
    default: 4,
    range: [2, 1024],
    integer: true,
    unit: 'completions',
    paper: null,
    source: 'embedded model',
    description: 'n: completions drawn for each prompt; the best of them is learned.',
  },
  minibatchSize: {
    default: 32,
    range: [1, 65_536],
    integer: true,
    unit: 'completions',
    paper: null,
    source: 'as for SFT',
    description: 'Completions per optimisation step.',
  },
  innerEpochs: {
    default: 1,
    range: [1, 100],
    integer: true,
    unit: 'passes over the kept completions',
    paper: null,
    source: 'embedded model',
    description: 'Passes over the kept completions of an iteration.',
  },
  temperature: {
    default: 1,
    range: [0.01, 10],
    paper: null,
    source: 'as for PPO',
    description: 'Sampling temperature.',
  },
  maxNewTokens: {
    default: 40,
    range: [1, 2048],
    integer: true,
    unit: 'tokens',
    paper: null,
    source: 'as for PPO',
    description: 'Longest completion.',
  },
  missingEosScore: {
    default: -3,
    range: [-1000, 1000],
    unit: 'score',
    paper: null,
    source: 'as for PPO',
    description: 'Replaces the score of a completion that did not end by itself.',
  },
  ...memory,
  ...optimizer(1e-4, null, 'fitted on validation prompts of the embedded world'),
} satisfies Record<string, Hyperparameter>;
