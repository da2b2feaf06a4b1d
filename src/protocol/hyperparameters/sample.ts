import type { Hyperparameter } from './row.ts';

/** Sampling completions for labelers. */
export const sample = {
  completionsPerPrompt: {
    default: 4,
    range: [1, 9],
    integer: true,
    unit: 'completions',
    paper: null,
    source: 'section 3.2: 4 to 9',
    description: 'K: completions drawn for each prompt.',
  },
  temperature: {
    default: 1,
    range: [0, 10],
    paper: 1,
    source: 'App. F',
    description: 'Sampling temperature; 0 takes the likeliest token.',
  },
  topP: {
    default: 1,
    range: [0.01, 1],
    paper: null,
    source: 'off',
    description: 'Only the likeliest tokens with this total probability are drawn.',
  },
  maxNewTokens: {
    default: 40,
    range: [1, 2048],
    integer: true,
    unit: 'tokens',
    paper: 1024,
    source: 'App. C.4',
    scaling: 'answers of the embedded world are short, and its context is 128 tokens',
    description: 'Longest completion.',
  },
  split: {
    default: 'train+valid',
    choices: ['train', 'valid', 'test', 'train+valid'],
    paper: null,
    source: 'section 3.2',
    description: 'The prompts to sample for.',
  },
  maxPrompts: {
    default: 0,
    range: [0, 10_000_000],
    integer: true,
    unit: 'prompts',
    paper: null,
    source: 'all',
    description: 'At most this many prompts of each split, the first ones; 0 takes all.',
  },
} satisfies Record<string, Hyperparameter>;
