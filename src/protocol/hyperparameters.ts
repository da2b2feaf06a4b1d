/**
 * Every hyper-parameter in one table: range, unit, default, the paper's value and its source.
 * The JSON schema of `instruct.json`, the command line's `--help` and the trainer read it.
 *
 * Defaults are scaled for the embedded model of about a million parameters; `paper` is what
 * Ouyang et al. 2022 (arXiv 2203.02155) used for the 1.3B model, null where the paper is silent.
 */
import { InstructError } from './errors.ts';
import { dpo } from './hyperparameters/dpo.ts';
import { evaluate } from './hyperparameters/evaluate.ts';
import { expert } from './hyperparameters/expert.ts';
import { ppo } from './hyperparameters/ppo.ts';
import { pretrain } from './hyperparameters/pretrain.ts';
import { rank } from './hyperparameters/rank.ts';
import { rm } from './hyperparameters/rm.ts';
import { sample } from './hyperparameters/sample.ts';
import { sft } from './hyperparameters/sft.ts';
import type { Hyperparameter } from './hyperparameters/row.ts';
import { nearest } from './nearest.ts';
import type { Stage } from './run.ts';

export type { Hyperparameter, HyperparameterValue } from './hyperparameters/row.ts';

/** The hyper-parameters of every stage that has its own; `pipeline` takes those of its stages. */
export const hyperparameters = {
  pretrain,
  sft,
  rm,
  ppo,
  dpo,
  expert,
  sample,
  rank,
  eval: evaluate,
} as const;
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
 * What is wrong with one setting, as "key: expected X, got Y", or null when nothing is.
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
  const problem = valueProblem(row, value);
  return problem === null ? null : `${key}: ${problem}`;
}

/** What is wrong with a value for a row, without the row's key: "expected X, got Y"; or null. */
export function valueProblem(row: Hyperparameter, value: unknown): string | null {
  const got = value === undefined ? 'nothing' : JSON.stringify(value);
  if (typeof row.default === 'boolean') {
    return typeof value === 'boolean' ? null : `expected true or false, got ${got}`;
  }
  if (row.choices !== undefined) {
    const named = typeof value !== 'string' ? [] : row.list === true ? listed(value) : [value];
    const kind = row.list === true ? 'any of' : 'one of';
    return typeof value === 'string' && named.every((name) => row.choices?.includes(name))
      ? null
      : `expected ${kind} ${row.choices.join(', ')}, got ${got}`;
  }
  if (typeof row.default === 'string') {
    return typeof value === 'string' && value !== '' ? null : `expected a text, got ${got}`;
  }
  const [low, high] = row.range ?? [-Infinity, Infinity];
  const kind = row.integer === true ? 'a whole number' : 'a number';
  const fits =
    typeof value === 'number' &&
    value >= low &&
    value <= high &&
    (row.integer !== true || Number.isInteger(value));
  return fits ? null : `expected ${kind} from ${low} to ${high}, got ${got}`;
}

/** The names in a list's value: separated by commas, none where it is empty. */
export function listed(value: string): string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
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
