/** `instruct-studio export`: a project's dataset in another tool's format. */
import { resolve } from 'node:path';
import { Dataset, exportDataset, formats, openProject } from '../../data/index.ts';
import { splits, type Split } from '../../protocol/records.ts';
import { commonOptions, projectOption, type Command } from '../command.ts';
import { usageError } from '../commandLine.ts';
import { exitCodes } from '../exitCodes.ts';
import { progressOption, progressOf } from './progressOption.ts';
import { tokenizerOf, tokenizerOption } from './tokenizerOption.ts';

const writable = formats.filter(({ write }) => write !== null);

/** See the file's header. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'Write a project’s dataset for other tools',
  positionals: [],
  required: false,
  options: {
    ...projectOption,
    format: {
      value: 'NAME',
      description: `One of ${writable.map(({ name }) => name).join(', ')}.`,
    },
    out: {
      value: 'FILE',
      description: 'Where to; its name’s end (.jsonl, .json, .csv, .parquet, then .gz) says how.',
    },
    split: { value: 'NAME', multiple: true, description: 'Only prompts of this split.' },
    ...tokenizerOption,
    ...progressOption,
    ...commonOptions,
  },
  stages: [],
  notes:
    'Rankings of three or more are written as pairs where the format has only pairs; ties make no pair. What the format cannot hold is counted and said.',
  async run(args, terminal) {
    const { dir } = await openProject(args.text('project') ?? process.cwd());
    const [format, out] = [args.text('format'), args.text('out')];
    if (format === undefined) throw usageError('export', 'expected --format NAME');
    if (out === undefined) throw usageError('export', 'expected --out FILE');
    const tokenizer = tokenizerOf(args);
    const wanted = args.all('split').map(splitNamed);
    const dataset = await Dataset.open(dir);
    const exported = await exportDataset(dataset, {
      format,
      out: resolve(out),
      splits: wanted.length === 0 ? undefined : wanted,
      encode: tokenizer?.encode,
      onProgress: progressOf(args, terminal),
    });
    if (args.has('json')) {
      terminal.print(JSON.stringify(exported));
      return exitCodes.ok;
    }
    const { rows, prompts, empty, container, file, lost, beside } = exported;
    terminal.print(`${rows} rows of ${prompts - empty} prompts written to ${file} (${container})`);
    for (const name of beside) terminal.print(`also written: ${name}`);
    if (empty > 0) terminal.print(`${empty} prompts have nothing that this format holds`);
    for (const { what, count } of lost) terminal.print(`not held by this format: ${count} ${what}`);
    return exitCodes.ok;
  },
};

function splitNamed(name: string): Split {
  const split = splits.find((one) => one === name);
  if (split !== undefined) return split;
  throw usageError('export', `--split: expected one of ${splits.join(', ')}, got "${name}"`);
}
