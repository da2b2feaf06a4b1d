import type { Hyperparameter } from './row.ts';

/** The rows that trade time for memory, of stages that train a language model on its tokens. */
export const memory = {
  microBatchSize: {
    default: 0,
    range: [0, 65_536],
    integer: true,
    unit: 'sequences',
    paper: null,
    source: 'the paper is silent',
    description: 'Sequences computed at once, their gradients added up; 0 for the whole batch.',
  },
  gradientCheckpointing: {
    default: false,
    paper: null,
    source: 'Chen et al. 2016',
    description: 'Compute activations again for the gradients: less memory, more time.',
  },
} satisfies Record<string, Hyperparameter>;
