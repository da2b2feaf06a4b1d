/** `instruct-studio validate`: every problem of a project, as compilers print them. */
import { formatProblem, validateProject } from '../data/index.ts';
import { commonOptions, projectOption, type Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';

/** See the file's header. */
export const validateCommand: Command = {
  name: 'validate',
  summary: 'Check every record of a project',
  positionals: [],
  required: false,
  options: { ...projectOption, ...commonOptions },
  stages: [],
  notes: 'Prints "path:line:column: error: message" for every problem.',
  async run(args, terminal) {
    let count = 0;
    for await (const problem of validateProject(args.text('project') ?? process.cwd())) {
      count += 1;
      terminal.print(args.has('json') ? JSON.stringify(problem) : formatProblem(problem));
    }
    if (!args.has('json')) {
      terminal.progress.write(`${count === 1 ? '1 problem' : `${count} problems`} found\n`);
    }
    return count === 0 ? exitCodes.ok : exitCodes.failed;
  },
};
