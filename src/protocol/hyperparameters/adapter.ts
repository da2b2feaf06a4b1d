import type { Hyperparameter } from './row.ts';

/** The rows of a low-rank adapter (LoRA), of stages that can train one instead of all weights. */
export const adapter = {
  loraRank: {
    default: 0,
    range: [0, 4096],
    integer: true,
    unit: 'rank',
    paper: null,
    source: 'Hu et al. 2021; the paper trains all weights',
    description: 'Train an adapter of this rank over the frozen model; 0 trains all weights.',
  },
  loraAlpha: {
    default: 16,
    range: [1e-3, 65_536],
    paper: null,
    source: 'Hu et al. 2021',
    description: 'The adapter counts alpha / rank times.',
  },
  loraDropout: {
    default: 0,
    range: [0, 0.95],
    paper: null,
    source: 'Hu et al. 2021',
    description: 'Share of an adapter’s inputs that is dropped in training.',
  },
  loraTargets: {
    default: 'all-linear',
    paper: null,
    source: 'PEFT’s name for every linear layer',
    description: 'Linear layers by name, such as c_attn,c_proj or q_proj,v_proj; or all-linear.',
  },
} satisfies Record<string, Hyperparameter>;
