/** The texts of `--help`, made from the tables that the commands are made from. */
import {
  hyperparameterTable,
  type Hyperparameter,
  type TunableStage,
} from '../protocol/hyperparameters.ts';
import type { OptionSpecs } from './commandLine.ts';
import { exitCodeHelp } from './exitCodes.ts';

/** What the help says of a command. */
export interface HelpSubject {
  readonly name: string;
  readonly summary: string;
  readonly positionals: readonly string[];
  readonly required: boolean;
  readonly options: OptionSpecs;
  /** The stages whose hyper-parameters `--set` takes. */
  readonly stages: readonly TunableStage[];
  /** More to know, in whole sentences. */
  readonly notes?: string;
}

/** The text of `instruct-studio --help`. */
export function overviewHelp(commands: readonly HelpSubject[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return [
    'Usage: instruct-studio COMMAND [options]',
    '',
    'The whole InstructGPT method on this machine.',
    '',
    'Commands:',
    ...rows,
    '',
    '"instruct-studio COMMAND --help" lists the options and hyper-parameters of a command.',
    '',
    exitCodeHelp,
  ].join('\n');
}

/** The text of `instruct-studio COMMAND --help`. */
export function commandHelp(subject: HelpSubject): string {
  const positionals = subject.positionals.map((name) => (subject.required ? name : `[${name}]`));
  const usage = ['instruct-studio', subject.name, ...positionals, '[options]'].join(' ');
  const prefixed = subject.stages.length > 1;
  const rows = subject.stages.flatMap((stage) =>
    [...hyperparameterTable(stage)].map(([key, row]) =>
      describeRow(prefixed ? `${stage}.${key}` : key, row),
    ),
  );
  return [
    `Usage: ${usage}`,
    '',
    `${subject.summary}.`,
    ...(subject.notes === undefined ? [] : ['', subject.notes]),
    '',
    'Options:',
    ...optionRows(subject.options),
    ...(rows.length === 0
      ? []
      : [
          '',
          'Hyper-parameters, for --set KEY=VALUE or "hyperparameters" in instruct.json:',
          ...rows,
        ]),
    '',
    exitCodeHelp,
  ].join('\n');
}

function optionRows(options: OptionSpecs): string[] {
  const entries = Object.entries(options).map(([name, { value, description, multiple }]) => ({
    left: `--${name}${value === undefined ? '' : ` ${value}`}`,
    right: multiple === true ? `${description} May be repeated.` : description,
  }));
  const width = Math.max(...entries.map(({ left }) => left.length)) + 2;
  return entries.map(({ left, right }) => `  ${left.padEnd(width)}${right}`);
}

/** Two lines: name, default, range, unit; meaning, the paper's value and how it was scaled. */
function describeRow(key: string, row: Hyperparameter): string {
  const unit = row.unit === undefined ? '' : ` ${row.unit}`;
  const origin =
    row.paper === null ? `Source: ${row.source}.` : `Paper: ${row.paper} (${row.source}).`;
  const scaling = row.scaling === undefined ? '' : ` Scaled: ${row.scaling}.`;
  return [
    `  ${key} = ${row.default}${unit}, ${rangeOf(row)}`,
    `      ${row.description} ${origin}${scaling}`,
  ].join('\n');
}

function rangeOf(row: Hyperparameter): string {
  if (typeof row.default === 'boolean') return 'true or false';
  if (row.choices !== undefined) {
    return `${row.list === true ? 'any of' : 'one of'} ${row.choices.join(', ')}`;
  }
  if (typeof row.default === 'string') return 'text';
  const kind = row.integer === true ? 'whole number' : 'number';
  return row.range === undefined ? kind : `${kind} from ${row.range[0]} to ${row.range[1]}`;
}
