/**
 * Named sets of hyper-parameters. Those of the paper are read off the table itself, so a row that is
 * added there is in them at once; what is written here is where a size differs, and what was chosen
 * where the paper is silent.
 */
import {
  hyperparameterTable,
  hyperparameters,
  type HyperparameterValue,
  type Hyperparameters,
  type TunableStage,
} from './hyperparameters.ts';

/** The names of the presets. `tiny` is the defaults. */
export const presetNames = [
  'tiny',
  'paper-1.3b',
  'paper-6b',
  'paper-175b',
  'lm-human-preferences',
] as const;
/** One of {@link presetNames}. */
export type PresetName = (typeof presetNames)[number];

/** Settings by stage; a key that the table does not have is a type error. */
type StageValues = { readonly [S in TunableStage]?: Partial<Hyperparameters<S>> };

/** A set of hyper-parameters. */
interface Preset {
  /** One sentence for whoever chooses. */
  readonly description: string;
  /** Whether every number that the paper gives for its 1.3B model is the start. */
  readonly fromPaper: boolean;
  /** What differs from that start, or from the defaults. */
  readonly values: StageValues;
  /** Why, where a number of `values` is a choice and not read off a source. */
  readonly notes: readonly string[];
}

const gpt3Optimizer = { weightDecay: 0.1 };
const gpt2Adam = { adamBeta2: 0.999, adamEpsilon: 1e-5, weightDecay: 0, maxGradNorm: 0 };

/** What the paper does not say, or says of another experiment, for all of its sizes. */
const silent = {
  // The reward model that would choose the epoch is trained from this very model.
  sft: { ...gpt3Optimizer, selectBy: 'last' },
  // Five folds were an experiment of their own, not how the reward model was made.
  rm: { ...gpt3Optimizer, folds: 0 },
  ppo: { ...gpt3Optimizer, learningRate: 8.05e-6, missingEosScore: -1 },
  pretrain: { ...gpt3Optimizer, sequenceLength: 2048 },
} satisfies StageValues;

const silenceNote =
  'Silent in the paper: weight decay 0.1 and clipping at 1.0 as GPT-3; λ 0.95, value clipping 0.2 and −1 for a completion without an end as lm-human-preferences.';
const rateNote =
  'The policy’s peak rate was chosen from 2.55e-6 to 2.55e-5, log-linear, and never printed: 8.05e-6 is the middle, and the highest that did not diverge without ptx.';

/** The presets by name. */
export const presets = {
  tiny: {
    description: 'The defaults, fitted to the embedded model of about a million parameters.',
    fromPaper: false,
    values: {},
    notes: [],
  },
  'paper-1.3b': {
    description: 'The InstructGPT paper’s numbers for its 1.3B model.',
    fromPaper: true,
    values: { ...silent, pretrain: { ...silent.pretrain, nHead: 16 } },
    notes: [
      silenceNote,
      rateNote,
      'GPT-3 XL is printed with 24 heads of 128 at a width of 2,048, which do not fit: 16 heads of 128.',
    ],
  },
  'paper-6b': {
    description: 'The InstructGPT paper’s numbers for its 6B model.',
    fromPaper: true,
    values: { ...silent, pretrain: { ...silent.pretrain, nLayer: 32, nHead: 32, nEmbd: 4096 } },
    notes: [silenceNote, rateNote],
  },
  'paper-175b': {
    description: 'The InstructGPT paper’s numbers for its 175B model.',
    fromPaper: true,
    values: {
      ...silent,
      sft: { ...silent.sft, learningRate: 5.03e-6, batchSize: 8 },
      ppo: { ...silent.ppo, learningRate: 2.55e-6, valueLearningRate: 5e-6 },
      pretrain: { ...silent.pretrain, nLayer: 96, nHead: 96, nEmbd: 12_288 },
    },
    notes: [
      silenceNote,
      'The policy’s peak rate was 2.55e-6 or 3.74e-6; which is never printed. The reward model stays the 6B one.',
    ],
  },
  'lm-human-preferences': {
    description:
      'Ziegler et al. 2019 (openai/lm-human-preferences): a million episodes, four passes over each batch, an adaptive KL penalty.',
    fromPaper: false,
    values: {
      ppo: {
        ...gpt2Adam,
        iterations: 1953,
        batchSize: 512,
        minibatchSize: 512,
        innerEpochs: 4,
        learningRate: 1e-5,
        valueLearningRate: 1e-5,
        warmupIterations: 0,
        finalLearningRateRatio: 0,
        klCoef: 0.15,
        gamma: 1,
        lam: 0.95,
        clipRange: 0.2,
        valueClipRange: 0.2,
        whitenRewards: true,
        whitenAdvantages: 'minibatch',
        klController: 'adaptive',
        klTarget: 6,
        klHorizon: 10_000,
        emaDecay: 0,
        missingEosScore: -1,
        temperature: 0.7,
        maxNewTokens: 24,
      },
      rm: { normalize: 'mean-and-deviation' },
      sample: { completionsPerPrompt: 4, temperature: 0.7, maxNewTokens: 24 },
    },
    notes: [
      'A million episodes of 512 as in its experiments; the code’s defaults are two million of 64.',
      'Its policy and value share one network, with the value’s loss weighted 0.1. Here they are two, so the weight falls away.',
      'Its Adam is TensorFlow’s, whose ε is added before the bias correction; here ε is PyTorch’s, so the first steps are larger.',
    ],
  },
} satisfies Record<PresetName, Preset>;

/** Every hyper-parameter of a stage as a preset has it. */
export function presetValues(
  name: PresetName,
  stage: TunableStage,
): Record<string, HyperparameterValue> {
  const { fromPaper, values }: Preset = presets[name];
  const resolved: Record<string, HyperparameterValue> = {};
  for (const [key, row] of hyperparameterTable(stage)) {
    resolved[key] = fromPaper && row.paper !== null ? row.paper : row.default;
  }
  const own: Readonly<Record<string, HyperparameterValue>> = values[stage] ?? {};
  return { ...resolved, ...own };
}

/** The stages that a preset speaks of beyond the defaults, in the order of the table. */
export function presetStages(name: PresetName): TunableStage[] {
  const stages = Object.keys(hyperparameters) as TunableStage[]; // the keys of a literal
  return stages.filter((stage) => {
    const table = hyperparameterTable(stage);
    return Object.entries(presetValues(name, stage)).some(
      ([key, value]) => value !== table.get(key)?.default,
    );
  });
}
