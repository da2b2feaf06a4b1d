/** `instruct-studio report`: an evaluation's report as files, or what two of them have between them. */
import { join, resolve } from 'node:path';
import { commonOptions, projectOption, type Command } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { readRun, runsFolderName } from '../runFolder.ts';
import { writeEvaluationComparison, writeEvaluationReport } from './evaluationReport.ts';

/** See the file's header. */
export const reportCommand: Command = {
  name: 'report',
  summary: 'Write an evaluation’s report as Markdown, HTML and JSON, or compare it with another',
  positionals: ['RUN'],
  required: true,
  options: {
    ...projectOption,
    against: {
      value: 'RUN',
      description: 'An earlier evaluation of the project: what has changed since.',
    },
    ...commonOptions,
  },
  stages: [],
  notes: [
    'RUN is a finished run of "eval". Every evaluation writes its report at its end; write it again after "judge", or when labelers have ranked more.',
    'The files lie in the run’s folder: evaluationReport.md, .html, .json, or evaluationComparison-RUN.*. Each stands alone.',
  ].join('\n'),
  async run(args, terminal) {
    const project = resolve(args.text('project') ?? process.cwd());
    const runNamed = (id: string): ReturnType<typeof readRun> =>
      readRun(join(project, runsFolderName, id));
    const run = runNamed(args.positionals[0]);
    const against = args.text('against');
    const files =
      against === undefined
        ? await writeEvaluationReport(run)
        : await writeEvaluationComparison(runNamed(against), run);
    if (args.has('json')) terminal.print(JSON.stringify({ files }));
    else for (const file of files) terminal.print(file);
    return exitCodes.ok;
  },
};
