/** Everything that is wrong in a project, for the command line and the editor's diagnostics. */
import { Dataset } from './dataset.ts';
import type { Problem } from './problem.ts';
import { projectFileProblems } from './project.ts';

/**
 * Yields every problem of a project folder: of `instruct.json`, of each line of its records, and
 * between records. Throws `InstructError('not-a-project')` when the folder has no project file.
 */
export async function* validateProject(dir: string): AsyncGenerator<Problem, void, undefined> {
  yield* await projectFileProblems(dir);
  const dataset = await Dataset.open(dir, { problemLimit: Infinity });
  yield* dataset.problems();
}
