import { optimizer } from './optimizer.ts';
import type { Hyperparameter } from './row.ts';

/** The reward model on rankings (section 3.5, App. C.2). */
export const rm = {
  epochs: {
    default: 1,
    range: [1, 100],
    integer: true,
    unit: 'passes over the rankings',
    paper: 1,
    source: 'App. C.2: more overfits',
    description: 'Passes over the rankings.',
  },
  batchSize: {
    default: 16,
    range: [1, 65_536],
    integer: true,
    unit: 'prompts',
    paper: 64,
    source: 'App. C.2',
    description: 'Prompts per step; all pairs of a prompt go together.',
  },
  finalLearningRateRatio: {
    default: 0.1,
    range: [0, 1],
    paper: 0.1,
    source: 'App. C.2',
    description: 'The cosine schedule ends at this share of the peak.',
  },
  ...optimizer(1e-3, 9e-6, 'App. C.2'),
} satisfies Record<string, Hyperparameter>;
