/** Asking the command line with a notification that tells how many rows are done. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type * as z from 'zod';
import { exchangeProgressSchema } from '../../protocol/exchangeReport.ts';
import { cancellable } from '../cancellable.ts';
import type { AskStudio, Question } from '../studioCommand.ts';

/** See the file's header. Cancelling rejects with `vscode.CancellationError`. */
export function askForRows<S extends z.ZodType>(
  title: string,
  ask: AskStudio,
  { argv, answer }: Pick<Question<S>, 'argv' | 'answer'>,
): Promise<z.infer<S>> {
  return cancellable(title, (signal, report) =>
    ask({
      argv: [...argv, ...tokenizerOption(), '--progress'],
      answer,
      signal,
      onMessage: (line) => {
        const rows = rowsOf(line);
        if (rows !== undefined) report(l10n.t`${rows.toLocaleString('en')} rows`);
      },
    }),
  );
}

/** `--tokenizer`, for formats that hold token ids, where the setting names a folder. */
function tokenizerOption(): string[] {
  const folder = vscode.workspace
    .getConfiguration('instruct.exchange')
    .get<string>('tokenizer', '');
  if (folder === '') return [];
  const base = vscode.workspace.workspaceFolders?.at(0)?.uri.fsPath ?? '';
  return ['--tokenizer', path.resolve(base, folder)];
}

function rowsOf(line: string): number | undefined {
  try {
    return exchangeProgressSchema.safeParse(JSON.parse(line)).data?.rows;
  } catch {
    return undefined; // words for people
  }
}
