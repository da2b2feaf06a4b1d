import { adapter } from './adapter.ts';
import { optimizer } from './optimizer.ts';
import type { Hyperparameter } from './row.ts';

/** Direct preference optimisation, an alternative to PPO (Rafailov et al. 2023). */
export const dpo = {
  epochs: {
    default: 1,
    range: [1, 100],
    integer: true,
    unit: 'passes over the rankings',
    paper: null,
    source: 'as for the reward model; Rafailov et al. 2023: 1',
    description: 'Passes over the rankings.',
  },
  batchSize: {
    default: 16,
    range: [1, 65_536],
    integer: true,
    unit: 'prompts',
    paper: null,
    source: 'Rafailov et al. 2023: 64 pairs',
    description: 'Prompts per step; all pairs of a prompt go together.',
  },
  beta: {
    default: 0.1,
    range: [1e-4, 100],
    unit: 'score per nat',
    paper: null,
    source: 'Rafailov et al. 2023, App. B: 0.1',
    description: 'β: the smaller, the further the policy may go from the SFT policy.',
  },
  finalLearningRateRatio: {
    default: 0.1,
    range: [0, 1],
    paper: null,
    source: 'as for the reward model',
    description: 'The cosine schedule ends at this share of the peak.',
  },
  ...optimizer(2e-4, null, 'not in the paper (Rafailov et al. 2023: 1e-6)'),
  ...adapter,
} satisfies Record<string, Hyperparameter>;
