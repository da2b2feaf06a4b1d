import type { Hyperparameter } from './row.ts';
import { sample } from './sample.ts';

/** Evaluation on held-out prompts. */
export const evaluate = {
  split: { ...sample.split, default: 'test' },
  temperature: sample.temperature,
  maxNewTokens: sample.maxNewTokens,
  maxPrompts: sample.maxPrompts,
  scoredBy: {
    default: 'auto',
    choices: ['auto', 'gold', 'reward'],
    paper: null,
    source: 'section 4.1: people; "instruct-studio judge" puts the answers before them',
    description:
      'Who scores the answers: the gold labeler, which knows only prompts of the embedded world, or a reward model. "auto" takes the gold labeler where the split has such prompts.',
  },
  bestOf: {
    default: 0,
    range: [0, 1024],
    integer: true,
    unit: 'completions',
    paper: null,
    source: 'off; Gao et al. 2022 (arXiv 2210.10760)',
    description:
      'N: also judge the best of N completions of the SFT model by the reward model, and how the best of n fares for n up to N; 0 for not.',
  },
} satisfies Record<string, Hyperparameter>;
