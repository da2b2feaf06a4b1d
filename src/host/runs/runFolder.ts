/** Reading the small files of a run folder, each error a sentence that names the file. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import { InstructError } from '../../protocol/errors.ts';
import {
  heartbeatSchema,
  runFiles,
  runFormat,
  runSpecSchema,
  type Heartbeat,
  type RunSpec,
} from '../../protocol/run.ts';

/**
 * `run.json` of a run folder.
 * @throws InstructError `missing-file`, `bad-run`, or `run-too-new` for a later layout.
 */
export async function readRunSpec(folder: string): Promise<RunSpec> {
  const file = path.join(folder, runFiles.spec);
  const value = await readJson(file);
  const format =
    typeof value === 'object' && value !== null && 'format' in value ? value.format : 0;
  if (typeof format === 'number' && format > runFormat) {
    throw new InstructError({
      code: 'run-too-new',
      message: l10n.t`The run ${path.basename(folder)} was made by a newer Instruct Studio (run format ${format}, this one reads ${runFormat}).`,
      remedy: l10n.t('Update Instruct Studio to open it.'),
      place: { path: file, key: 'format' },
    });
  }
  const parsed = runSpecSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues.at(0);
  const key = issue?.path.join('.') ?? '';
  const what = issue?.message ?? l10n.t('not a run');
  const why = key === '' ? what : `"${key}": ${what}`;
  throw new InstructError({
    code: 'bad-run',
    message: l10n.t`${runFiles.spec} of the run ${path.basename(folder)} is not valid: ${why}.`,
    remedy: l10n.t('Delete the run, or restore the file from a backup.'),
    place: { path: file, ...(key === '' ? {} : { key }) },
  });
}

/** The heartbeat of a run, null when there is none or it is half-written. */
export async function readHeartbeat(folder: string): Promise<Heartbeat | null> {
  const value = await readJson(path.join(folder, runFiles.heartbeat)).catch(() => null);
  return heartbeatSchema.safeParse(value).data ?? null;
}

/** The last lines of a run's log, for an error message; empty when there is no log. */
export async function readLogTail(folder: string, lines: number): Promise<string> {
  const text = await readFile(path.join(folder, runFiles.log), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/** Whether a process with this id exists on this machine. */
export function pidAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: it exists and belongs to somebody else
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    throw new InstructError(
      {
        code: 'missing-file',
        message: l10n.t`${path.basename(file)} of the run ${path.basename(path.dirname(file))} cannot be read: ${String(thrown)}.`,
        remedy: l10n.t('Delete the run folder, or restore the file.'),
        place: { path: file },
      },
      { cause: thrown },
    );
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new InstructError(
      {
        code: 'bad-run',
        message: l10n.t`${path.basename(file)} of the run ${path.basename(path.dirname(file))} is not JSON.`,
        remedy: l10n.t('Delete the run, or restore the file from a backup.'),
        place: { path: file },
      },
      { cause: thrown },
    );
  }
}
