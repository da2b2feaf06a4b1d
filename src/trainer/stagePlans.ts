/** What each stage reads: its hyper-parameter tables, its models by role, its records. */
import { InstructError } from '../protocol/errors.ts';
import type { HyperparameterValue, TunableStage } from '../protocol/hyperparameters.ts';
import type { RecordKind } from '../protocol/records.ts';
import type { Project } from '../protocol/project.ts';
import { pipelineStages, rankers } from '../protocol/pipelineSteps.ts';
import type { Stage } from '../protocol/run.ts';
import type { Arguments, OptionSpecs } from './commandLine.ts';
import { newestModel, resolveModel } from './modelReference.ts';

/** Where a plan looks for models. */
export interface PlanContext {
  /** Absolute path of the project. */
  readonly dir: string;
  readonly project: Project;
  readonly args: Pick<Arguments, 'text' | 'all'>;
  /** The run's hyper-parameters, resolved; a pipeline's have their stage in front. */
  readonly hyperparameters: Readonly<Record<string, HyperparameterValue>>;
}

/** See the file's header. */
export interface StagePlan {
  readonly stage: Stage;
  readonly summary: string;
  readonly notes?: string;
  readonly options: OptionSpecs;
  /** The stages whose hyper-parameters it takes. */
  readonly stages: readonly TunableStage[];
  /** The kinds of records that decide its result. */
  readonly inputs: readonly RecordKind[];
  /** Model folders by role. Throws `missing-file` with what to train first. */
  models(context: PlanContext): Record<string, string>;
}

/** The weight of pre-training text in `ppo-ptx` where `ppo.ptxCoef` is left at 0. */
export const usualPtxCoef = 0.5;

const modelOption = (what: string): OptionSpecs[string] => ({
  value: 'MODEL',
  description: `${what} A model folder of the project, or the id of a run.`,
});

/** Every stage's plan. */
export const stagePlans = {
  pretrain: {
    stage: 'pretrain',
    summary: 'Train a language model from scratch on the embedded world’s text',
    options: {},
    stages: ['pretrain'],
    inputs: [],
    models: () => ({}),
  },
  sft: {
    stage: 'sft',
    summary: 'Fine-tune a model on the demonstrations of the train split',
    options: {
      model: modelOption('The model to start from; the project’s base when absent.'),
      reward: modelOption(
        'The reward model that scores each epoch; by "selectBy" the newest one or none when absent.',
      ),
    },
    stages: ['sft'],
    inputs: ['prompts', 'demonstrations'],
    models: (context) => {
      const policy = named(context, 'model') ?? baseOf(context);
      const byReward = context.hyperparameters['selectBy'] === 'reward-score';
      const reward = named(context, 'reward') ?? (byReward ? trained(context, 'rm') : undefined);
      return reward === undefined ? { policy } : { policy, reward };
    },
  },
  rm: {
    stage: 'rm',
    summary: 'Train a reward model on the rankings of the train split',
    options: {
      model: modelOption(
        'The language model to start from; by "init" the newest SFT model or the base when absent.',
      ),
    },
    stages: ['rm'],
    inputs: ['prompts', 'demonstrations', 'completions', 'rankings'],
    models: (context) => ({ policy: named(context, 'model') ?? rewardModelStart(context) }),
  },
  ppo: {
    stage: 'ppo',
    summary: 'Optimise a policy against a reward model on the prompts of the train split',
    options: {
      model: modelOption('The policy to start from; the newest SFT model when absent.'),
      reward: modelOption('The reward model; the newest one when absent.'),
    },
    stages: ['ppo'],
    inputs: ['prompts'],
    models: (context) => ({
      policy: named(context, 'model') ?? trained(context, 'sft'),
      reward: named(context, 'reward') ?? trained(context, 'rm'),
    }),
  },
  dpo: {
    stage: 'dpo',
    summary: 'Optimise a policy on the rankings of the train split, without a reward model',
    notes: 'An alternative to "ppo" (Rafailov et al. 2023), to compare with.',
    options: {
      model: modelOption('The policy to start from; the newest SFT model when absent.'),
    },
    stages: ['dpo'],
    inputs: ['prompts', 'completions', 'rankings'],
    models: (context) => ({ policy: named(context, 'model') ?? trained(context, 'sft') }),
  },
  expert: {
    stage: 'expert',
    summary: 'Fine-tune a policy on the best of its own completions by a reward model',
    notes: 'Expert iteration: an alternative to "ppo", to compare with.',
    options: {
      model: modelOption('The policy to start from; the newest SFT model when absent.'),
      reward: modelOption('The reward model; the newest one when absent.'),
    },
    stages: ['expert'],
    inputs: ['prompts'],
    models: (context) => ({
      policy: named(context, 'model') ?? trained(context, 'sft'),
      reward: named(context, 'reward') ?? trained(context, 'rm'),
    }),
  },
  sample: {
    stage: 'sample',
    summary: 'Draw K completions for each prompt, to be ranked',
    options: {
      model: modelOption(
        'The model to sample; the newest SFT model, or else the base, when absent.',
      ),
    },
    stages: ['sample'],
    inputs: ['prompts'],
    models: (context) => ({
      policy: named(context, 'model') ?? newestModel(context.dir, 'sft') ?? baseOf(context),
    }),
  },
  rank: {
    stage: 'rank',
    summary: 'Let the gold labeler of the embedded world rank sampled completions',
    notes:
      'Only prompts of the embedded world can be ranked: the gold labeler knows no other truth.',
    options: {
      model: modelOption('Rank only completions of this model; of all models when absent.'),
    },
    stages: ['rank'],
    inputs: ['prompts', 'completions'],
    models: (context) => {
      const model = named(context, 'model');
      return model === undefined ? {} : { policy: model };
    },
  },
  eval: {
    stage: 'eval',
    summary: 'Compare models on held-out prompts by the gold labeler or a reward model',
    notes:
      'The base model is judged with and without a few-shot prefix. Win rates have 95 % intervals. "judge" has other judges compare the answers.',
    options: {
      model: {
        ...modelOption(
          'A model to judge as NAME=MODEL; the newest of SFT, PPO, DPO and expert iteration when absent, and of SFT on some categories as "narrow".',
        ),
        multiple: true,
      },
      reward: modelOption(
        'A reward model that chooses the base’s few-shot prefix and the best of N; the newest one when absent, and none with "none".',
      ),
    },
    stages: ['eval'],
    inputs: ['prompts'],
    models: evaluatedModels,
  },
  pipeline: {
    stage: 'pipeline',
    summary: 'SFT, sampling, ranking, reward model, PPO and evaluation, one after another',
    options: {
      model: modelOption('The model to start from; the project’s base when absent.'),
      rankings: {
        value: rankers.join('|'),
        description:
          'Who ranks: the gold labeler; the labelers whose rankings stand already, which is so when there are any; or people, for whom the pipeline stops after sampling and goes on when it is resumed.',
      },
      'min-rankings': {
        value: 'N',
        description:
          'With --rankings human: go on once so many prompts are ranked; all of them when absent.',
      },
      ptx: {
        description: `Train a policy with PPO-ptx too, beside PPO, with ppo.ptxCoef or else ${usualPtxCoef}.`,
      },
    },
    stages: [...pipelineStages],
    inputs: ['prompts', 'demonstrations', 'completions', 'rankings'],
    models: (context) => ({ policy: named(context, 'model') ?? baseOf(context) }),
  },
} satisfies { readonly [S in Stage]: StagePlan };

function named({ dir, args }: PlanContext, option: string): string | undefined {
  const text = args.text(option);
  return text === undefined ? undefined : resolveModel(dir, text);
}

function baseOf({ dir, project }: PlanContext): string {
  return resolveModel(dir, project.models.base);
}

function rewardModelStart(context: PlanContext): string {
  return context.hyperparameters['init'] === 'base' ? baseOf(context) : trained(context, 'sft');
}

function trained({ dir }: PlanContext, stage: 'sft' | 'rm'): string {
  const model = newestModel(dir, stage);
  if (model !== null) return model;
  const [what, option] = stage === 'sft' ? ['an SFT model', 'model'] : ['a reward model', 'reward'];
  throw new InstructError({
    code: 'missing-file',
    message: `${dir}: no run of the project has left ${what} yet.`,
    remedy: `Train one first with "instruct-studio ${stage}", or name one with --${option}.`,
  });
}

function evaluatedModels(context: PlanContext): Record<string, string> {
  const models: Record<string, string> = { base: baseOf(context) };
  const reward =
    context.args.text('reward') === 'none'
      ? null
      : (named(context, 'reward') ?? newestModel(context.dir, 'rm'));
  if (reward !== null) models['reward'] = reward;
  const given = context.args.all('model');
  for (const text of given) {
    const [, name = 'model', model = text] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
    models[name] = resolveModel(context.dir, model);
  }
  if (given.length > 0) return models;
  for (const stage of ['narrow', 'sft', 'ppo', 'dpo', 'expert'] as const) {
    const newest = newestModel(context.dir, stage);
    if (newest !== null) models[stage] = newest;
  }
  return models;
}
