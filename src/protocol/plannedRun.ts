/**
 * `*.run.json`: a run that somebody wrote down, to be started from the editor, from a task or with
 * `instruct-studio run FILE`, with the same result. Relative to a `run.json`, which says
 * everything, it says only what differs from `instruct.json` and the defaults.
 */
import * as z from 'zod';
import { engineShape } from './engine.ts';
import {
  hyperparameterProblem,
  hyperparameterTable,
  isTunable,
  type TunableStage,
} from './hyperparameters.ts';
import { pipelineStages, rankers } from './pipelineSteps.ts';
import { presetNames } from './presets.ts';
import { rowSchema } from './project.ts';
import { stages, type Stage } from './run.ts';

/** How the names of such files end. */
export const plannedRunSuffix = '.run.json';

const hyperparameterValue = z.union([z.number(), z.boolean(), z.string()]);

/** The file. Unknown keys are refused by name. */
export const plannedRunSchema = z
  .strictObject({
    $schema: z.string().optional(),
    stage: z.enum(stages).describe('What the run does.'),
    models: z
      .record(z.string(), z.string().min(1))
      .default({})
      .describe(
        'Model folders of the project, or ids of runs. "model": what is trained, sampled or ranked; "reward": the reward model of PPO; for an evaluation any names. What is absent is the newest that fits.',
      ),
    hyperparameters: z
      .record(z.string(), z.union([hyperparameterValue, z.record(z.string(), hyperparameterValue)]))
      .default({})
      .describe('Hyper-parameters that differ from instruct.json; of a pipeline by stage.'),
    preset: z
      .enum(presetNames)
      .optional()
      .describe('The hyper-parameters to start from, in place of those of instruct.json.'),
    seed: z.int().min(0).default(0).describe('Decides everything that is drawn.'),
    rankings: z
      .enum(rankers)
      .optional()
      .describe(
        'Who ranks in a pipeline: the gold labeler, people (it stops until they have), or the rankings that stand.',
      ),
    tensorboard: z
      .boolean()
      .optional()
      .describe('Also write TensorBoard event files into the run folder.'),
    ...engineShape,
  })
  .superRefine(({ stage, hyperparameters }, context) => {
    for (const { path, stage: of, key, value } of settingsOf(stage, hyperparameters)) {
      const message =
        of === undefined
          ? `unknown: expected settings by stage (${pipelineStages.join(', ')})`
          : hyperparameterProblem(of, key, value);
      if (message !== null) {
        context.addIssue({ code: 'custom', path: ['hyperparameters', ...path], message });
      }
    }
  });
/** A planned run, with defaults filled in. */
export type PlannedRun = z.infer<typeof plannedRunSchema>;

/** One hyper-parameter of a planned run; `stage` is undefined where it stands at a wrong place. */
interface PlannedSetting {
  readonly path: readonly string[];
  readonly stage: TunableStage | undefined;
  readonly key: string;
  readonly value: unknown;
}

function settingsOf(stage: Stage, given: PlannedRun['hyperparameters']): PlannedSetting[] {
  if (isTunable(stage)) {
    return Object.entries(given).map(([key, value]) => ({ path: [key], stage, key, value }));
  }
  return Object.entries(given).flatMap(([name, settings]): PlannedSetting[] => {
    const part = pipelineStages.find((each) => each === name);
    if (part === undefined || typeof settings !== 'object') {
      return [{ path: [name], stage: undefined, key: name, value: settings }];
    }
    return Object.entries(settings).map(([key, value]) => ({
      path: [name, key],
      stage: part,
      key,
      value,
    }));
  });
}

/**
 * A planned run as the options of its stage's command, without the dashes: by name, each with its
 * values. So a file and a command line go the same way.
 */
export function plannedOptions(plan: PlannedRun): Map<string, string[]> {
  const options = new Map<string, string[]>([['seed', [String(plan.seed)]]]);
  const models = Object.entries(plan.models);
  if (plan.stage === 'eval') {
    if (models.length > 0)
      options.set(
        'model',
        models.map(([name, ref]) => `${name}=${ref}`),
      );
  } else {
    for (const [name, ref] of models) options.set(name, [ref]);
  }
  const settings = settingsOf(plan.stage, plan.hyperparameters);
  if (settings.length > 0) {
    options.set(
      'set',
      settings.map(({ path, value }) => `${path.join('.')}=${String(value)}`),
    );
  }
  if (plan.rankings !== undefined) options.set('rankings', [plan.rankings]);
  if (plan.preset !== undefined) options.set('preset', [plan.preset]);
  if (plan.backend !== undefined) options.set('backend', [plan.backend]);
  if (plan.device !== undefined) options.set('device', [plan.device]);
  if (plan.tensorboard === true) options.set('tensorboard', []);
  return options;
}

/**
 * The JSON schema (draft-07) of `*.run.json` for editors: what a stage takes is offered once the
 * stage stands there.
 */
export function plannedRunJsonSchema(): Record<string, unknown> {
  const schema: Record<string, unknown> = z.toJSONSchema(plannedRunSchema, {
    target: 'draft-7',
    io: 'input',
  });
  const table = (stage: TunableStage): Record<string, unknown> => ({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      [...hyperparameterTable(stage)].map(([key, row]) => [key, rowSchema(row)]),
    ),
  });
  const tableOf = (stage: Stage): Record<string, unknown> =>
    isTunable(stage)
      ? table(stage)
      : {
          type: 'object',
          additionalProperties: false,
          properties: Object.fromEntries(pipelineStages.map((part) => [part, table(part)])),
        };
  return {
    ...schema,
    title: 'Instruct Studio run',
    allOf: stages.map((stage) => ({
      if: { required: ['stage'], properties: { stage: { const: stage } } },
      then: { properties: { hyperparameters: tableOf(stage) } },
    })),
  };
}
