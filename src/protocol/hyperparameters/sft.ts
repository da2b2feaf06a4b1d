import { adapter } from './adapter.ts';
import { memory } from './memory.ts';
import { optimizer } from './optimizer.ts';
import type { Hyperparameter } from './row.ts';

/** Supervised fine-tuning on demonstrations (section 3.5, App. C.1). */
export const sft = {
  epochs: {
    default: 4,
    range: [1, 1000],
    integer: true,
    unit: 'passes over the demonstrations',
    paper: 16,
    source: 'section 3.5, App. C.1',
    scaling: 'fitted on validation prompts: a small model at a higher rate has learnt by then',
    description: 'Passes over the demonstrations.',
  },
  batchSize: {
    default: 32,
    range: [1, 65_536],
    integer: true,
    unit: 'demonstrations',
    paper: 32,
    source: 'App. C.1',
    description: 'Demonstrations per step.',
  },
  finalLearningRateRatio: {
    default: 0.1,
    range: [0, 1],
    paper: 0.1,
    source: 'App. C.1',
    description: 'The cosine schedule ends at this share of the peak; there is no warm-up.',
  },
  completionOnlyLoss: {
    default: true,
    paper: null,
    source: 'the paper is silent',
    description: 'Loss on the tokens of the completion only, not on the prompt.',
  },
  ...memory,
  ...optimizer(
    1.5e-3,
    9.65e-6,
    'App. C.1',
    'fitted on validation prompts: a small model takes larger steps',
  ),
  ...adapter,
} satisfies Record<string, Hyperparameter>;
