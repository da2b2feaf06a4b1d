import { categories } from '../records.ts';
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
  categories: {
    default: '',
    choices: [...categories],
    list: true,
    paper: '',
    source: 'section 3.5; FLAN and T0 learn from narrow sets of tasks',
    description:
      'Learn only from demonstrations of these categories; empty for all. Such a model is the narrow baseline of an evaluation ("narrow"), as FLAN is in the paper: later stages do not start from it unless it is named.',
  },
  completionOnlyLoss: {
    default: true,
    paper: null,
    source: 'the paper is silent',
    description: 'Loss on the tokens of the completion only, not on the prompt.',
  },
  residualDropout: {
    default: 0,
    range: [0, 0.9],
    unit: 'share of the numbers',
    paper: 0.2,
    source: 'section 3.5, App. C.1',
    scaling: 'off for the embedded model, which does not overfit in 4 epochs',
    description:
      'Residual dropout: the share of what attention and feed-forward add to the residual stream that is set to 0 in training.',
  },
  pretrainMix: {
    default: 0,
    range: [0, 0.9],
    unit: 'share of the loss',
    paper: 0,
    source: 'App. C.1; 0.1 for the model that PPO starts from, App. C.3',
    description:
      'Pre-training text mixed in: its share of the examples and of the loss. It needs text in "pretraining/" or a project of the embedded world.',
  },
  selectBy: {
    default: 'last',
    choices: ['last', 'validation-loss', 'reward-score'],
    paper: 'reward-score',
    source: 'section 3.5, App. C.1',
    scaling: 'a first SFT run comes before there is a reward model',
    description:
      'Which epoch’s model is kept: the last one, or the best by the loss on held-out demonstrations or by a reward model’s mean score on held-out prompts.',
  },
  selectPrompts: {
    default: 128,
    range: [1, 100_000],
    integer: true,
    unit: 'prompts',
    paper: null,
    source: 'the paper is silent',
    description: 'Prompts of the "valid" split that are answered after each epoch and scored.',
  },
  selectMaxNewTokens: {
    default: 48,
    range: [1, 4096],
    integer: true,
    unit: 'tokens',
    paper: null,
    source: 'App. C.4 has 1,000 for PPO',
    description: 'The longest completion that is scored.',
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
