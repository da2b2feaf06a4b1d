import type { Hyperparameter } from './row.ts';

/** The gold labeler of the embedded world. */
export const rank = {
  noise: {
    default: 1.3,
    range: [0, 100],
    unit: 'gold score',
    paper: null,
    source: 'section 3.4: labelers agree on 72.6 % of comparisons',
    description:
      'Standard deviation of the error that the gold labeler makes on a score; 0 for none.',
  },
} satisfies Record<string, Hyperparameter>;
