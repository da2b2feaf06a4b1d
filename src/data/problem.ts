/** What is wrong in a project's files, at which place, in the one form that every view prints. */

/** Every kind of problem that a file of a project can have. */
export type ProblemCode =
  | 'bad-project-file'
  | 'bad-json'
  | 'bad-utf8'
  | 'bad-record'
  | 'line-too-long'
  | 'torn-line'
  | 'unreadable-file'
  | 'duplicate-id'
  | 'unknown-prompt'
  | 'missing-completion'
  | 'split-leak'
  | 'ranking-cycle';

/** One problem at one place. Lines and columns count from 1; columns in UTF-16 units, as editors do. */
export interface Problem {
  /** Relative to the project folder, with forward slashes, where the problem is one of a project. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** The column after the offending text; equal to `column` where nothing is there to underline. */
  readonly endColumn: number;
  readonly code: ProblemCode;
  /** What is wrong and what was expected, without the place. */
  readonly message: string;
}

/** The problem as one line, `path:line:column: error: message`, as compilers print it. */
export function formatProblem(problem: Problem): string {
  const { path, line, column, message } = problem;
  return `${path}:${line}:${column}: error: ${message}`;
}
