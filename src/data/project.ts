/** Finding and reading `instruct.json`. */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InstructError } from '../protocol/errors.ts';
import { projectFileName, projectFormat, projectSchema } from '../protocol/project.ts';
import type { Project } from '../protocol/project.ts';
import { jsonChecker } from './jsonCheck.ts';
import { formatProblem } from './problem.ts';
import type { Problem } from './problem.ts';

/** A project that was opened. */
export interface OpenProject {
  /** The absolute path of its folder. */
  readonly dir: string;
  /** The project file's content, with defaults filled in. */
  readonly project: Project;
}

/**
 * Reads the project of a folder. Throws `InstructError` `not-a-project` when the folder has no
 * `instruct.json`, `bad-project-file` at the first bad line and key when it does not hold.
 */
export async function openProject(dir: string): Promise<OpenProject> {
  const absolute = resolve(dir);
  const text = await readProjectFile(absolute);
  const check = checkProjectText(text);
  if (check.project !== null) return { dir: absolute, project: check.project };
  const [first, ...others] = check.problems;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new InstructError({
    code: 'bad-project-file',
    message: `${formatProblem(first)}${more}`,
    remedy: `Correct "${join(absolute, projectFileName)}" at that place.`,
    place: { path: projectFileName, line: first.line, column: first.column },
  });
}

/** The nearest folder, from a path upwards, that holds a project file; null when there is none. */
export async function findProject(from: string): Promise<string | null> {
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    try {
      await readProjectFile(dir);
      return dir;
    } catch (error) {
      if (!(error instanceof InstructError && error.code === 'not-a-project')) throw error;
    }
    if (dir === dirname(dir)) return null;
  }
}

/** Checks the text of a project file, as an editor has it: the project, or at least one problem. */
export function checkProjectText(
  text: string,
):
  | { readonly project: Project; readonly problems: readonly [] }
  | { readonly project: null; readonly problems: readonly [Problem, ...Problem[]] } {
  const body = text.replace(/^\uFEFF/, '');
  const check = projectChecker(body);
  if (check.ok) return { project: check.value, problems: [] };
  const [first, ...others] = check.issues.map((issue): Problem => {
    const before = body.slice(0, issue.offset).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    const isFormat = issue.path.length === 1 && issue.path[0] === 'format';
    return {
      path: projectFileName,
      line: before.length,
      column,
      endColumn:
        column +
        (
          body
            .slice(issue.offset, issue.offset + issue.length)
            .split('\n')
            .at(0) ?? ''
        ).length,
      code: 'bad-project-file',
      message: isFormat
        ? `${issue.message}; this version of Instruct Studio reads format ${projectFormat}`
        : issue.message,
    };
  });
  return { project: null, problems: [first, ...others] };
}

/** Every problem of a folder's project file; throws `not-a-project` when there is none. */
export async function projectFileProblems(dir: string): Promise<readonly Problem[]> {
  return checkProjectText(await readProjectFile(resolve(dir))).problems;
}

const projectChecker = jsonChecker(projectSchema);

async function readProjectFile(dir: string): Promise<string> {
  const path = join(dir, projectFileName);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new InstructError(
        {
          code: 'not-a-project',
          message: `"${dir}" is not an Instruct Studio project: it has no ${projectFileName}.`,
          remedy:
            'Open a folder that has one, or make one with "instruct-studio init DIR" or the command "Instruct: Create Sample Project".',
          place: { path: dir },
        },
        { cause: error },
      );
    }
    throw new InstructError(
      {
        code: 'io-failed',
        message: `"${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        remedy: 'Check that it is a file and that you may read it.',
        place: { path },
      },
      { cause: error },
    );
  }
}
