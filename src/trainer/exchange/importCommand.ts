/** `instruct-studio import`: other tools' files into a project, with a preview. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  applyImport,
  Dataset,
  formatProblem,
  formats,
  openProject,
  planImport,
  type FilePlan,
  type ImportPlan,
} from '../../data/index.ts';
import { projectFileName } from '../../protocol/project.ts';
import { recordKinds } from '../../protocol/records.ts';
import { commonOptions, projectOption, type Command } from '../command.ts';
import { usageError } from '../commandLine.ts';
import { exitCodes } from '../exitCodes.ts';
import { createEmptyProject } from '../projectFolder.ts';
import type { Terminal } from '../terminal.ts';
import { textTable } from '../textTable.ts';
import { progressOption, progressOf } from './progressOption.ts';
import { tokenizerOption, tokenizerOf } from './tokenizerOption.ts';

const shownProblems = 50;

/** See the file's header. */
export const importCommand: Command = {
  name: 'import',
  summary: 'Take prompts, demonstrations and rankings of other tools into a project',
  positionals: ['FILE…'],
  required: true,
  options: {
    ...projectOption,
    format: {
      value: 'NAME',
      description: `What the files are; found by their shape when absent. One of ${formats.map(({ name }) => name).join(', ')}.`,
    },
    'dry-run': { description: 'Show what would be imported, and write nothing.' },
    'drop-ids': {
      description: 'Leave out who wrote and who labeled; their ids are hashed when absent.',
    },
    ...tokenizerOption,
    ...progressOption,
    ...commonOptions,
  },
  stages: [],
  notes:
    'Files are JSONL, JSON, CSV or Parquet, each also in gzip. Nothing is imported twice: what stands already is counted and left. The project is made where there is none. Exit status 1 when rows had problems; the good ones are imported.',
  async run(args, terminal) {
    const project = resolve(args.text('project') ?? process.cwd());
    const isNew = !existsSync(join(project, projectFileName));
    if (args.positionals.length === 0) throw usageError('import', 'expected FILE, got nothing');
    if (!isNew) await openProject(project);
    const dataset = isNew ? null : await Dataset.open(project);
    const tokenizer = tokenizerOf(args);
    const plan = await planImport(
      args.positionals.map((file) => resolve(file)),
      dataset,
      {
        format: args.text('format'),
        ids: args.has('drop-ids') ? 'drop' : 'hash',
        decode: tokenizer?.decode,
        onProgress: progressOf(args, terminal),
      },
    );
    const isDry = args.has('dry-run');
    const found = plan.records.length > 0;
    let written: string[] = [];
    if (!isDry && found) {
      if (isNew) createEmptyProject(project, basename(project));
      written = await applyImport(project, plan);
    }
    const { files, added, known, repeated, problems } = plan;
    if (args.has('json')) {
      const created = isNew && !isDry && found;
      const report = { project, dryRun: isDry, created, files, added, known, repeated, problems };
      terminal.print(JSON.stringify({ ...report, written }));
    } else show(plan, { isDry, isNew, project, written }, terminal);
    return plan.problems.length === 0 ? exitCodes.ok : exitCodes.failed;
  },
};

function show(
  plan: ImportPlan,
  what: { isDry: boolean; isNew: boolean; project: string; written: readonly string[] },
  terminal: Terminal,
): void {
  for (const file of plan.files) showFile(file, terminal);
  const rows = recordKinds.map((kind) => [
    kind,
    String(plan.added[kind]),
    String(plan.known[kind]),
  ]);
  terminal.print(textTable(['', what.isDry ? 'to add' : 'added', 'there already'], rows));
  if (plan.repeated > 0)
    terminal.print(`${plan.repeated} records come again in the files: taken once`);
  for (const problem of plan.problems.slice(0, shownProblems))
    terminal.print(formatProblem(problem));
  const more = plan.problems.length - shownProblems;
  if (more > 0) terminal.print(`… and ${more} more problems (all of them with --json)`);
  const place = what.isNew ? `a new project in ${what.project}` : what.project;
  if (what.isDry) terminal.print(`Nothing was written. Without --dry-run this goes to ${place}.`);
  else if (what.written.length === 0) terminal.print('Nothing new: nothing was written.');
  else terminal.print(`Written to ${place}: ${what.written.join(', ')}`);
}

function showFile(
  { path, container, gzip, format, mapping, dropped, rows, badRows }: FilePlan,
  terminal: Terminal,
): void {
  const packed = gzip ? ' in gzip' : '';
  const name = format === null ? 'no known format' : `${format.title} (--format ${format.name})`;
  const bad = badRows === 0 ? '' : `, ${badRows} with problems`;
  terminal.print(`${path}: ${container}${packed}, ${name}, ${rows} rows${bad}`);
  for (const [from, to] of Object.entries(mapping)) terminal.print(`  ${from} → ${to}`);
  if (dropped.length > 0) terminal.print(`  ${dropped.join(', ')} → left out`);
}
