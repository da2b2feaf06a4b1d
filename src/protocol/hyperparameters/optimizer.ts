import type { Hyperparameter } from './row.ts';

/** AdamW's rows of a stage, by its peak rate, the paper's, and how the first follows from it. */
export const optimizer = (
  learningRate: number,
  paperRate: number | null,
  source: string,
  scaling?: string,
) =>
  ({
    learningRate: {
      default: learningRate,
      range: [1e-8, 1],
      paper: paperRate,
      source,
      ...(scaling === undefined ? {} : { scaling }),
      description: 'Peak learning rate of AdamW.',
    },
    adamBeta1: {
      default: 0.9,
      range: [0, 0.9999],
      paper: 0.9,
      source: 'App. C',
      description: 'Decay of the first moment.',
    },
    adamBeta2: {
      default: 0.95,
      range: [0, 0.99999],
      paper: 0.95,
      source: 'App. C',
      description: 'Decay of the second moment.',
    },
    adamEpsilon: {
      default: 1e-8,
      range: [1e-12, 1e-2],
      paper: null,
      source: 'PyTorch default; the paper is silent',
      description: 'Added to the root of the second moment.',
    },
    weightDecay: {
      default: 0.01,
      range: [0, 1],
      paper: null,
      source: 'the paper is silent (GPT-3: 0.1)',
      description: 'Decoupled weight decay, on matrices only.',
    },
    maxGradNorm: {
      default: 1,
      range: [0, 1000],
      paper: null,
      source: 'the paper is silent (GPT-3: 1.0)',
      description: 'The gradient is scaled down to this global norm; 0 switches clipping off.',
    },
  }) satisfies Record<string, Hyperparameter>;
