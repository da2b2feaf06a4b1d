/**
 * Asks the command line for one thing and reads its answer. Work that would block the extension
 * host, or that needs the models' library, is done there; the answer is its last line of JSON.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as l10n from '@vscode/l10n';

import { InstructError } from '../protocol/errors.ts';
import { errorDataSchema } from '../protocol/run.ts';
import * as z from 'zod';
import { nodeEnvironment, type NodeProgram } from './runs/trainerLauncher.ts';

/** What a question needs. */
export interface Question<S extends z.ZodType> {
  /** The command and its options; `--json` is added. */
  readonly argv: readonly string[];
  /** What the answer looks like. */
  readonly answer: S;
  /** Aborting ends the process. */
  readonly signal: AbortSignal;
  /** Told each line of its standard error. */
  readonly onMessage?: (line: string) => void;
}

/** Asks; see the file's header. */
export type AskStudio = <S extends z.ZodType>(question: Question<S>) => Promise<z.infer<S>>;

const failureSchema = z.object({ error: errorDataSchema });

/**
 * A way to ask. Rejects with `InstructError`: the command's own, `interrupted` when it was
 * aborted, `internal` when it gave no answer.
 */
export function studioCommand(program: () => NodeProgram): AskStudio {
  return async ({ argv, answer, signal, onMessage }) => {
    const { executable, script } = program();
    const child = spawn(executable, [script, ...argv, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      env: nodeEnvironment(process.env),
      signal,
    });
    let last = '';
    let lastWords = '';
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.trim() !== '') last = line;
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      lastWords = line;
      onMessage?.(line);
    });
    const failure = await new Promise<Error | undefined>((resolve) => {
      child.on('error', resolve);
      child.on('close', () => resolve(undefined));
    });
    if (signal.aborted) throw cancelled();
    const value = parsed(last);
    const failed = failureSchema.safeParse(value).data;
    if (failed !== undefined) throw new InstructError(failed.error);
    const checked = answer.safeParse(value);
    if (checked.success) return checked.data;
    throw new InstructError({
      code: 'internal',
      message: l10n.t`"instruct-studio ${argv[0]}" gave no answer: ${failure?.message ?? lastWords}`,
      remedy: l10n.t(
        'Look at the log of Instruct Studio, and check the setting "instruct.trainer.nodePath".',
      ),
    });
  };
}

function cancelled(): InstructError {
  return new InstructError({
    code: 'interrupted',
    message: l10n.t('It was cancelled.'),
    remedy: l10n.t('Ask again when you want it.'),
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // no JSON: the caller says what the process said instead
  }
}
