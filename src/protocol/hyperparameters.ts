/**
 * Every hyper-parameter in one table: range, unit, default, the paper's value and its source.
 * The JSON schema of `instruct.json`, the command line's `--help` and the trainer read it.
 *
 * Defaults are scaled for the embedded model of about a million parameters; `paper` is what
 * Ouyang et al. 2022 (arXiv 2203.02155) used for the 1.3B model, null where the paper is silent.
 */
import { InstructError } from './errors.ts';
import type { Stage } from './run.ts';

/** The value of one hyper-parameter. */
export type HyperparameterValue = number | boolean | string;

/** One row of the table. */
export interface Hyperparameter {
  readonly default: HyperparameterValue;
  /** Inclusive range of a number; absent for booleans and choices. */
  readonly range?: readonly [number, number];
  readonly integer?: boolean;
  readonly choices?: readonly string[];
  readonly unit?: string;
  /** The paper's value, null where the paper does not say. */
  readonly paper: HyperparameterValue | null;
  /** Where the paper's value, or the default where it is silent, comes from. */
  readonly source: string;
  readonly description: string;
}

const optimizer = (learningRate: number, paperRate: number | null, source: string) =>
  ({
    learningRate: {
      default: learningRate,
      range: [1e-8, 1],
      paper: paperRate,
      source,
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

const pretrain = {
  steps: {
    default: 12000,
    range: [1, 10_000_000],
    integer: true,
    unit: 'optimisation steps',
    paper: null,
    source: 'GPT-3 is given in the paper',
    description: 'Length of pre-training.',
  },
  batchSize: {
    default: 12,
    range: [1, 65_536],
    integer: true,
    unit: 'sequences',
    paper: null,
    source: 'embedded model',
    description: 'Sequences per step.',
  },
  sequenceLength: {
    default: 128,
    range: [2, 2048],
    integer: true,
    unit: 'tokens',
    paper: null,
    source: 'embedded model',
    description: 'Tokens per sequence.',
  },
  warmupSteps: {
    default: 200,
    range: [0, 1_000_000],
    integer: true,
    unit: 'optimisation steps',
    paper: null,
    source: 'embedded model',
    description: 'Steps of linear warm-up.',
  },
  vocabularySize: {
    default: 1024,
    range: [257, 100_000],
    integer: true,
    unit: 'tokens',
    paper: 50257,
    source: 'GPT-3',
    description: 'Size of the byte-level BPE vocabulary.',
  },
  nLayer: {
    default: 4,
    range: [1, 200],
    integer: true,
    unit: 'layers',
    paper: 24,
    source: 'GPT-3 XL',
    description: 'Transformer layers.',
  },
  nHead: {
    default: 4,
    range: [1, 256],
    integer: true,
    unit: 'heads',
    paper: 24,
    source: 'GPT-3 XL',
    description: 'Attention heads.',
  },
  nEmbd: {
    default: 128,
    range: [8, 16_384],
    integer: true,
    unit: 'dimensions',
    paper: 2048,
    source: 'GPT-3 XL',
    description: 'Width of the residual stream.',
  },
  nCtx: {
    default: 128,
    range: [8, 2048],
    integer: true,
    unit: 'tokens',
    paper: 2048,
    source: 'App. C',
    description: 'Longest context.',
  },
  ...optimizer(3e-3, null, 'embedded model'),
} satisfies Record<string, Hyperparameter>;

const sft = {
  epochs: {
    default: 4,
    range: [1, 1000],
    integer: true,
    unit: 'passes over the demonstrations',
    paper: 16,
    source: 'section 3.5, App. C.1',
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
  ...optimizer(1.5e-3, 9.65e-6, 'App. C.1'),
} satisfies Record<string, Hyperparameter>;

const rm = {
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

const ppo = {
  iterations: {
    default: 50,
    range: [1, 1_000_000],
    integer: true,
    unit: 'iterations',
    paper: 500,
    source: 'App. C.4: 256k episodes of 512',
    description: 'Rounds of sampling and learning.',
  },
  batchSize: {
    default: 256,
    range: [1, 65_536],
    integer: true,
    unit: 'episodes',
    paper: 512,
    source: 'App. C.4',
    description: 'Episodes per iteration.',
  },
  minibatchSize: {
    default: 64,
    range: [1, 65_536],
    integer: true,
    unit: 'episodes',
    paper: 64,
    source: 'App. C.4',
    description: 'Episodes per optimisation step.',
  },
  innerEpochs: {
    default: 1,
    range: [1, 100],
    integer: true,
    unit: 'passes over the episodes',
    paper: 1,
    source: 'App. C.4',
    description: 'Passes over the episodes of an iteration.',
  },
  klCoef: {
    default: 0.15,
    range: [0, 100],
    paper: 0.02,
    source: 'App. C.4 (β)',
    description: 'Weight of the per-token KL penalty against the SFT policy, in score per nat.',
  },
  gamma: {
    default: 1,
    range: [0, 1],
    paper: 1,
    source: 'App. C.4: no discount',
    description: 'Discount per token.',
  },
  lam: {
    default: 0.95,
    range: [0, 1],
    paper: null,
    source: 'the paper is silent (lm-human-preferences: 0.95)',
    description: 'λ of generalised advantage estimation.',
  },
  clipRange: {
    default: 0.2,
    range: [0, 10],
    paper: 0.2,
    source: 'App. C.4',
    description: 'ε: the probability ratio is clipped to 1 ± ε.',
  },
  valueClipRange: {
    default: 0.2,
    range: [0, 100],
    paper: null,
    source: 'the paper is silent (lm-human-preferences: 0.2)',
    description: 'A new value is clipped to the old one ± this.',
  },
  whitenRewards: {
    default: false,
    paper: null,
    source: 'the paper is silent (summarize-from-feedback: off)',
    description: 'Scale the rewards of a batch to variance 1, keeping their mean.',
  },
  whitenAdvantages: {
    default: true,
    paper: null,
    source: 'the paper is silent (lm-human-preferences: on, per minibatch)',
    description: 'Shift and scale the advantages of a minibatch to mean 0 and variance 1.',
  },
  missingEosScore: {
    default: -3,
    range: [-1000, 1000],
    unit: 'score',
    paper: null,
    source: 'the paper is silent (lm-human-preferences: -1)',
    description: 'Replaces the score of a completion that did not end by itself.',
  },
  warmupIterations: {
    default: 10,
    range: [0, 1_000_000],
    integer: true,
    unit: 'iterations',
    paper: 10,
    source: 'App. C.4: from one tenth of the peak',
    description: 'Iterations over which the learning rate rises from one tenth of its peak.',
  },
  temperature: {
    default: 1,
    range: [0.01, 10],
    paper: 1,
    source: 'App. C.4',
    description: 'Sampling temperature of the rollouts; every log-probability uses it.',
  },
  maxNewTokens: {
    default: 40,
    range: [1, 2048],
    integer: true,
    unit: 'tokens',
    paper: 1024,
    source: 'App. C.4',
    description: 'Longest completion of a rollout.',
  },
  valueLearningRate: {
    default: 5e-4,
    range: [1e-8, 1],
    paper: 9e-6,
    source: 'App. C.4',
    description: 'Learning rate of the value model.',
  },
  ...optimizer(1.5e-4, null, 'App. C.4: chosen from 2.55e-6 to 2.55e-5'),
} satisfies Record<string, Hyperparameter>;

const sample = {
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

const rank = {
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

const evaluate = {
  split: { ...sample.split, default: 'test' },
  temperature: sample.temperature,
  maxNewTokens: sample.maxNewTokens,
  maxPrompts: sample.maxPrompts,
} satisfies Record<string, Hyperparameter>;

/** The hyper-parameters of every stage that has its own; `pipeline` takes those of its stages. */
export const hyperparameters = { pretrain, sft, rm, ppo, sample, rank, eval: evaluate } as const;
/** A stage with hyper-parameters of its own. */
export type TunableStage = keyof typeof hyperparameters;

type Widen<T> = T extends number ? number : T extends boolean ? boolean : string;
/** The resolved hyper-parameters of a stage, by key. */
export type Hyperparameters<S extends TunableStage> = {
  readonly [K in keyof (typeof hyperparameters)[S]]: (typeof hyperparameters)[S][K] extends {
    default: infer D;
  }
    ? Widen<D>
    : never;
};

/** Whether a stage has a table of its own. */
export function isTunable(stage: Stage): stage is TunableStage {
  return Object.hasOwn(hyperparameters, stage);
}

/** The rows of a stage's table, in order. */
export function hyperparameterTable(stage: TunableStage): ReadonlyMap<string, Hyperparameter> {
  return new Map<string, Hyperparameter>(Object.entries(hyperparameters[stage]));
}

/**
 * What is wrong with one setting, as "expected X, got Y", or null when nothing is.
 * An unknown key is answered with the nearest known one.
 */
export function hyperparameterProblem(
  stage: TunableStage,
  key: string,
  value: unknown,
): string | null {
  const table = hyperparameterTable(stage);
  const row = table.get(key);
  if (row === undefined) {
    const near = nearest(key, [...table.keys()]);
    return `unknown hyper-parameter "${key}" of ${stage}: did you mean "${near}"?`;
  }
  const got = value === undefined ? 'nothing' : JSON.stringify(value);
  if (typeof row.default === 'boolean') {
    return typeof value === 'boolean' ? null : `${key}: expected true or false, got ${got}`;
  }
  if (row.choices !== undefined) {
    return typeof value === 'string' && row.choices.includes(value)
      ? null
      : `${key}: expected one of ${row.choices.join(', ')}, got ${got}`;
  }
  const [low, high] = row.range ?? [-Infinity, Infinity];
  const kind = row.integer === true ? 'a whole number' : 'a number';
  const fits =
    typeof value === 'number' &&
    value >= low &&
    value <= high &&
    (row.integer !== true || Number.isInteger(value));
  return fits ? null : `${key}: expected ${kind} from ${low} to ${high}, got ${got}`;
}

/**
 * The defaults of a stage with the given settings on top.
 * @throws InstructError `bad-hyperparameter` for an unknown key or a value out of range.
 */
export function resolveHyperparameters<S extends TunableStage>(
  stage: S,
  ...settings: readonly Readonly<Record<string, unknown>>[]
): Hyperparameters<S> {
  const resolved: Record<string, unknown> = {};
  for (const [key, row] of hyperparameterTable(stage)) resolved[key] = row.default;
  for (const [key, value] of settings.flatMap((layer) => Object.entries(layer))) {
    const problem = hyperparameterProblem(stage, key, value);
    if (problem !== null) {
      throw new InstructError({
        code: 'bad-hyperparameter',
        message: problem,
        remedy: `See "instruct-studio ${stage} --help" for every hyper-parameter and its range.`,
      });
    }
    resolved[key] = value;
  }
  return resolved as Hyperparameters<S>; // every key of the table was set and checked above
}

/** The candidate with the smallest edit distance to a word. */
export function nearest(word: string, candidates: readonly string[]): string {
  let best = '';
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
