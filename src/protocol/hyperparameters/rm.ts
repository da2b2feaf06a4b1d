import { adapter } from './adapter.ts';
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
    scaling: 'thousands of rankings, not tens of thousands, need more steps of fewer prompts',
    description: 'Prompts per step; all pairs of a prompt go together.',
  },
  finalLearningRateRatio: {
    default: 0.1,
    range: [0, 1],
    paper: 0.1,
    source: 'App. C.2',
    description: 'The cosine schedule ends at this share of the peak.',
  },
  pairDivisor: {
    default: 'remaining',
    choices: ['remaining', 'all'],
    paper: null,
    source: 'Equation 1 divides by C(K, 2); App. C.2 drops ties and does not say by what',
    description:
      'What a prompt’s loss is divided by: the comparisons that remain without ties, so that every prompt weighs the same, or all C(K, 2) pairs.',
  },
  init: {
    default: 'sft',
    choices: ['sft', 'base'],
    paper: 'sft',
    source:
      'section 3.5; App. C.2: the final one started from a fine-tuned GPT-3, results are similar',
    description:
      'The language model whose trunk it starts from; the head is new, normal with 1/√(width + 1). The option --model overrules it.',
  },
  normalize: {
    default: 'mean',
    choices: ['mean', 'mean-and-deviation', 'none'],
    paper: 'mean',
    source: 'section 3.5; mean-and-deviation as openai/lm-human-preferences',
    description:
      'After training, scores are shifted so that demonstrations have the mean 0, or also scaled so that theirs deviate by 1.',
  },
  folds: {
    default: 0,
    range: [0, 100],
    integer: true,
    unit: 'groups of labelers',
    paper: 5,
    source: 'section 4.1, App. E.2',
    scaling: 'an experiment of its own in the paper, and as many trainings',
    description:
      'Cross-validation: before the reward model itself, one is trained without each group of labelers and measured on them. 0 for none; it costs as many trainings.',
  },
  ...optimizer(
    1e-3,
    9e-6,
    'App. C.2',
    'fitted on validation rankings: a small model takes larger steps',
  ),
  ...adapter,
} satisfies Record<string, Hyperparameter>;
