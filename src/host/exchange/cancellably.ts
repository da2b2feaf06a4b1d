/** Asking the command line with a notification that tells how far it is and can cancel it. */
import * as vscode from 'vscode';
import type * as z from 'zod';
import { exchangeProgressSchema } from '../../protocol/exchangeReport.ts';
import type { AskStudio, Question } from '../studioCommand.ts';

/** See the file's header. Cancelling rejects with `vscode.CancellationError`. */
export function cancellably<S extends z.ZodType>(
  title: string,
  ask: AskStudio,
  { argv, answer }: Pick<Question<S>, 'argv' | 'answer'>,
): Promise<z.infer<S>> {
  const location = vscode.ProgressLocation.Notification;
  const asked = vscode.window.withProgress(
    { location, title, cancellable: true },
    async (progress, cancelled) => {
      const aborting = new AbortController();
      const listening = cancelled.onCancellationRequested(() => aborting.abort());
      const onMessage = (line: string): void => {
        const rows = rowsOf(line);
        if (rows !== undefined) progress.report({ message: `${rows.toLocaleString('en')} rows` });
      };
      try {
        const whole = [...argv, '--progress'];
        return await ask({ argv: whole, answer, signal: aborting.signal, onMessage });
      } catch (thrown) {
        if (aborting.signal.aborted) throw new vscode.CancellationError();
        throw thrown;
      } finally {
        listening.dispose();
      }
    },
  );
  return Promise.resolve(asked);
}

function rowsOf(line: string): number | undefined {
  try {
    return exchangeProgressSchema.safeParse(JSON.parse(line)).data?.rows;
  } catch {
    return undefined; // words for people
  }
}
