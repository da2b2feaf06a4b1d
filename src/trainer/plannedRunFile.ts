/** Making a run from a `*.run.json` file. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InstructError } from '../protocol/errors.ts';
import { plannedOptions, plannedRunSchema, type PlannedRun } from '../protocol/plannedRun.ts';
import { projectFileName } from '../protocol/project.ts';
import { Arguments } from './commandLine.ts';
import { planRun } from './newRun.ts';
import type { Run } from './runFolder.ts';

/**
 * Checks the file and makes the run's folder, as the stage's own command would with the same
 * settings. The project is the one that `--project` names, else the nearest folder around the file.
 * @throws InstructError `missing-file` or `bad-run` with the place in the file, and what the
 * stage's command throws.
 */
export async function planFromFile(path: string, args: Arguments, now: number): Promise<Run> {
  const file = resolve(path);
  const plan = readPlan(file);
  const options = plannedOptions(plan);
  options.set('project', [args.text('project') ?? projectAround(file)]);
  return planRun(plan.stage, new Arguments(plan.stage, [], options), now);
}

function readPlan(file: string): PlannedRun {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new InstructError(
      {
        code: 'missing-file',
        message: `${file} cannot be read: ${thrown instanceof Error ? thrown.message : ''}.`,
        remedy: 'Check the path.',
        place: { path: file },
      },
      { cause: thrown },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw badPlan(file, `it is no JSON: ${thrown.message}`, undefined, 1);
  }
  const parsed = plannedRunSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = issue.path.at(-1)?.toString();
  const where = issue.path.length === 0 ? '' : `"${issue.path.join('.')}": `;
  throw badPlan(file, `${where}${issue.message}`, key, lineOf(text, key));
}

/** The line in which a key stands first, counted from 1. */
function lineOf(text: string, key: string | undefined): number {
  if (key === undefined) return 1;
  const at = text.split('\n').findIndex((line) => line.includes(JSON.stringify(key)));
  return at + 1 || 1;
}

function badPlan(file: string, what: string, key: string | undefined, line: number): InstructError {
  return new InstructError({
    code: 'bad-run',
    message: `${file}: ${what}.`,
    remedy: 'Correct the file; the editor completes and explains every key.',
    place: { path: file, line, column: 1, ...(key === undefined ? {} : { key }) },
  });
}

function projectAround(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, projectFileName))) return folder;
    if (folder === dirname(folder)) return dirname(file); // its own error says what is missing
  }
}
