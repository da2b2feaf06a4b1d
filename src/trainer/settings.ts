/** Hyper-parameters from the command line and the project file. */
import { presetNames, presetValues, type PresetName } from '../protocol/presets.ts';
import { nearest } from '../protocol/nearest.ts';
import type { Project } from '../protocol/project.ts';
import {
  hyperparameterProblem,
  hyperparameterTable,
  resolveHyperparameters,
  type HyperparameterValue,
  type TunableStage,
} from '../protocol/hyperparameters.ts';
import { usageError } from './commandLine.ts';

/** Settings of several stages: by stage, then by key. */
export type StageSettings = ReadonlyMap<
  TunableStage,
  Readonly<Record<string, HyperparameterValue>>
>;

/**
 * Reads `--set` arguments: `KEY=VALUE` where the command has one stage, `STAGE.KEY=VALUE` where it
 * has several.
 * @throws InstructError `bad-argument` for anything that the table does not allow; an unknown key
 * is answered with the nearest known one.
 */
export function parseSettings(
  command: string,
  stages: readonly TunableStage[],
  settings: readonly string[],
): StageSettings {
  const result = new Map<TunableStage, Record<string, HyperparameterValue>>();
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    if (equals < 1) throw usageError(command, `--set: expected KEY=VALUE, got "${setting}"`);
    const left = setting.slice(0, equals);
    const text = setting.slice(equals + 1);
    const { stage, key } = splitKey(command, stages, left);
    const value = readValue(stage, key, text);
    const problem = hyperparameterProblem(stage, key, value);
    if (problem !== null) throw usageError(command, problem);
    result.set(stage, { ...result.get(stage), [key]: value });
  }
  return result;
}

/**
 * The preset that `--preset` names.
 * @throws InstructError `bad-argument` naming the nearest one.
 */
export function parsePreset(command: string, text: string | undefined): PresetName | undefined {
  if (text === undefined) return undefined;
  const name = presetNames.find((candidate) => candidate === text);
  if (name !== undefined) return name;
  throw usageError(
    command,
    `unknown preset "${text}": did you mean "${nearest(text, presetNames)}"?`,
  );
}

/**
 * The settings of a stage: the project file's preset and hyper-parameters, then the command line's.
 * A preset of the command line takes the place of all that the project file says.
 */
export function resolveSettings(
  stage: TunableStage,
  project: Pick<Project, 'preset' | 'hyperparameters'>,
  settings: StageSettings,
  preset?: PresetName,
): Record<string, HyperparameterValue> {
  const start = presetValues(preset ?? project.preset ?? 'tiny', stage);
  const ofFile = preset === undefined ? (project.hyperparameters[stage] ?? {}) : {};
  return resolveHyperparameters(stage, start, ofFile, settings.get(stage) ?? {});
}

function splitKey(
  command: string,
  stages: readonly TunableStage[],
  left: string,
): { stage: TunableStage; key: string } {
  if (stages.length === 1) return { stage: stages[0], key: left };
  const name = left.split('.').at(0);
  const key = left.split('.').at(1);
  const stage = stages.find((candidate) => candidate === name);
  if (stage === undefined || key === undefined) {
    const known = stages.flatMap((one) =>
      [...hyperparameterTable(one).keys()].map((each) => `${one}.${each}`),
    );
    throw usageError(
      command,
      `unknown hyper-parameter "${left}": did you mean "${nearest(left, known)}"?`,
    );
  }
  return { stage, key };
}

/** A text as the kind of value that the table has for the key; text where it fits no other. */
function readValue(stage: TunableStage, key: string, text: string): HyperparameterValue {
  const standard = hyperparameterTable(stage).get(key)?.default;
  if (typeof standard === 'boolean' && (text === 'true' || text === 'false'))
    return text === 'true';
  if (typeof standard === 'number' && text.trim() !== '' && !Number.isNaN(Number(text))) {
    return Number(text);
  }
  return text;
}
