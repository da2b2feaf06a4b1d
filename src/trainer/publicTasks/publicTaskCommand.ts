/** `instruct-studio public-task`: metrics on public data sets, from files that the user gives. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadLanguageModel } from '../../ml/models/index.ts';
import { nearest } from '../../protocol/nearest.ts';
import { commonOptions, projectOption, type Command } from '../command.ts';
import { usageError, type Arguments } from '../commandLine.ts';
import { exitCodes } from '../exitCodes.ts';
import { resolveModel } from '../modelReference.ts';
import type { TaskModel, TaskReport } from './publicTask.ts';
import { readText } from './readRows.ts';
import { taskModel } from './taskModel.ts';
import { publicTasks } from './tasks.ts';

const name = 'public-task';

/** See the file's header. */
export const publicTaskCommand: Command = {
  name,
  summary: 'Measure a model, or imported samples, on a public data set',
  positionals: ['TASK'],
  required: true,
  options: {
    data: { value: 'FILE', description: 'The data set’s file, as it is published; see below.' },
    model: {
      value: 'MODEL',
      description: 'Whose answers: a model folder of the project, or the id of a run.',
    },
    predictions: { value: 'FILE', description: 'Answers that were made elsewhere.' },
    references: {
      value: 'FILE',
      description: 'References, where they are in a file of their own.',
    },
    prefix: {
      value: 'FILE',
      description: 'A text to stand before every prompt: an instruction, or worked examples.',
    },
    limit: { value: 'N', description: 'At most so many questions, the first ones.' },
    'max-new-tokens': { value: 'N', description: 'Longest answer; 64 when absent.' },
    out: { value: 'FILE', description: 'Write the answers here, as JSON lines.' },
    ...projectOption,
    ...commonOptions,
  },
  stages: [],
  notes: [
    'Tasks, and what --data is:',
    ...[...publicTasks].map(([task, { summary, data }]) => `  ${task}: ${summary}.\n      ${data}`),
    'Answers are drawn at temperature 0 and end before a line break (paper, appendix D).',
  ].join('\n'),
  async run(args, terminal) {
    const [given] = args.positionals;
    const task = publicTasks.get(given);
    if (task === undefined) {
      const near = nearest(given, [...publicTasks.keys()]);
      throw usageError(name, `unknown task "${given}": did you mean "${near}"?`);
    }
    const data = args.text('data');
    if (data === undefined) throw usageError(name, `--data: expected FILE, got nothing`);
    const prefix = args.text('prefix');
    const report = await task.evaluate({
      data,
      model: await modelNamed(args),
      predictions: args.text('predictions') ?? null,
      references: args.text('references') ?? null,
      prefix: prefix === undefined ? '' : await readText(prefix),
      limit: args.integer('limit', 1) ?? Infinity,
    });
    const out = args.text('out');
    if (out !== undefined) writeAnswers(out, report);
    if (args.has('json')) {
      const { groups, leftOut = 0 } = report;
      terminal.print(JSON.stringify({ task: given, groups, leftOut }));
    } else terminal.print(reportTable(report));
    return exitCodes.ok;
  },
};

async function modelNamed(args: Arguments): Promise<TaskModel | null> {
  const text = args.text('model');
  if (text === undefined) return null;
  const project = resolve(args.text('project') ?? process.cwd());
  const model = await loadLanguageModel(join(project, resolveModel(project, text)));
  return taskModel(model, args.integer('max-new-tokens', 1) ?? 64);
}

function writeAnswers(file: string, { generations = [] }: TaskReport): void {
  writeFileSync(file, generations.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** One line a group: its name, how many rows, its metrics. */
export function reportTable({ groups, leftOut = 0 }: TaskReport): string {
  const width = Math.max(...groups.map((group) => group.name.length));
  const lines = groups.map((group) => {
    const metrics = Object.entries(group.metrics).map(([key, value]) => `${key} ${shown(value)}`);
    return [group.name.padEnd(width), `n ${group.count}`, ...metrics].join('  ');
  });
  if (leftOut > 0) lines.push(`${leftOut} left out: longer than the model’s context.`);
  return lines.join('\n');
}

function shown(value: number): string {
  return String(Math.round(value * 1e4) / 1e4);
}
