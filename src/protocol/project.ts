/** `instruct.json`: what makes a folder a project. */
import * as z from 'zod';
import { engineShape } from './engine.ts';
import { labelingModes } from './rankingPanel.ts';
import {
  hyperparameterProblem,
  hyperparameterTable,
  hyperparameters,
  valueProblem,
  type Hyperparameter,
  type TunableStage,
} from './hyperparameters.ts';
import { presetNames, presets } from './presets.ts';

/** The name of the project file. */
export const projectFileName = 'instruct.json';
/** The version of the project layout that this build reads and writes. */
export const projectFormat = 1;

const settings = z.record(z.string(), z.unknown());
const stageNames = Object.keys(hyperparameters) as TunableStage[]; // the keys of a literal

/** `instruct.json`. Unknown keys are refused by name. */
export const projectSchema = z
  .strictObject({
    $schema: z.string().optional(),
    format: z.literal(projectFormat),
    name: z.string().min(1),
    /** Model folders relative to the project. */
    models: z.strictObject({
      /** The pre-trained model that everything starts from. */
      base: z.string().min(1),
      /** The model to compare with the base; the newest PPO run's result when absent. */
      aligned: z.string().min(1).optional(),
    }),
    labeling: z
      .strictObject({
        /** Who labels on this machine; the editor's setting wins. */
        labeler: z.string().min(1).optional(),
        /** K: how many completions of a prompt are ranked at once, 2 to 9. */
        completionsPerPrompt: z.int().min(2).max(9).default(4),
        /** How a labeler is asked: the paper's two steps, ranking alone, or two at a time. */
        mode: z.enum(labelingModes).default('rank'),
        /** Say which model wrote which completion, once its ranking is saved. */
        reveal: z.boolean().default(false),
        /** The guideline for labelers, a Markdown file of the project. */
        guideline: z.string().min(1).default('guidelines.md'),
        /** What comes next in the queue. */
        queue: z
          .enum(['fewest-labels', 'in-order', 'random', 'highest-disagreement', 'uncertainty'])
          .default('fewest-labels'),
        /** Who labels this project; each prompt is assigned to some of them. Anybody when absent. */
        labelers: z.array(z.string().min(1)).min(1).optional(),
        /** How many labelers label a prompt that is shared; no limit when absent. */
        labelersPerPrompt: z.int().min(1).max(100).optional(),
        /** The share of prompts that is shared between labelers; the others get one labeler. */
        overlap: z.number().min(0).max(1).default(1),
        /** Labelers whose rankings only evaluate and never train (paper, section 3.4). */
        heldOutLabelers: z.array(z.string().min(1)).default([]),
      })
      .prefault({}),
    /** The hyper-parameters to start from; `tiny`, the defaults, when absent. */
    preset: z.enum(presetNames).optional(),
    /** Also write TensorBoard event files into every run folder. */
    tensorboard: z.boolean().optional(),
    ...engineShape,
    /** Hyper-parameters that differ from the preset's, by stage. */
    hyperparameters: z
      .strictObject(Object.fromEntries(stageNames.map((stage) => [stage, settings.optional()])))
      .prefault({}),
  })
  .superRefine((project, context) => {
    for (const stage of stageNames) {
      for (const [key, value] of Object.entries(project.hyperparameters[stage] ?? {})) {
        const row = hyperparameterTable(stage).get(key);
        // The place is told with the path: it is not repeated in the sentence.
        const message =
          row === undefined ? hyperparameterProblem(stage, key, value) : valueProblem(row, value);
        if (message !== null) {
          context.addIssue({ code: 'custom', path: ['hyperparameters', stage, key], message });
        }
      }
    }
  });
/** A project file, with defaults filled in. */
export type Project = z.infer<typeof projectSchema>;

/**
 * The JSON schema (draft-07) of `instruct.json` for editors: completion, hover texts and ranges,
 * made from {@link projectSchema} and the table of hyper-parameters.
 */
export function projectJsonSchema(): Record<string, unknown> {
  const stages = stageNames.map((stage) => [
    stage,
    {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        [...hyperparameterTable(stage)].map(([key, row]) => [key, rowSchema(row)]),
      ),
    },
  ]);
  const schema: Record<string, unknown> = z.toJSONSchema(projectSchema, {
    target: 'draft-7',
    io: 'input',
  });
  const properties = schema['properties'];
  return {
    ...schema,
    title: 'Instruct Studio project',
    properties: {
      ...(typeof properties === 'object' ? properties : {}),
      preset: {
        description: 'The hyper-parameters to start from; "tiny", the defaults, when absent.',
        enum: presetNames,
        enumDescriptions: presetNames.map((name) => presets[name].description),
        default: 'tiny',
      },
      hyperparameters: {
        type: 'object',
        description: 'Hyper-parameters that differ from those of the preset, by stage.',
        additionalProperties: false,
        properties: Object.fromEntries(stages) as Record<string, unknown>,
      },
    },
  };
}

/** One hyper-parameter in a JSON schema: its kind, range, default and where that comes from. */
export function rowSchema(row: Hyperparameter): Record<string, unknown> {
  const unit = row.unit === undefined ? '' : ` Unit: ${row.unit}.`;
  const paper = row.paper === null ? row.source : `${String(row.paper)} (${row.source})`;
  const common = {
    default: row.default,
    description: `${row.description}${unit} Default ${String(row.default)}; paper: ${paper}.`,
  };
  if (typeof row.default === 'boolean') return { type: 'boolean', ...common };
  if (row.choices !== undefined && row.list === true) {
    const name = `(${row.choices.join('|')})`;
    return { type: 'string', pattern: `^(${name}(,\\s*${name})*)?$`, ...common };
  }
  if (row.choices !== undefined) return { enum: row.choices, ...common };
  if (typeof row.default === 'string') return { type: 'string', minLength: 1, ...common };
  return {
    type: row.integer === true ? 'integer' : 'number',
    ...(row.range === undefined ? {} : { minimum: row.range[0], maximum: row.range[1] }),
    ...common,
  };
}
