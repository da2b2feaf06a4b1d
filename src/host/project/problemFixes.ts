/** Quick fixes of a dataset's problems: each does one thing to one line, where that is safe. */
import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { reviseLine, type ProblemCode } from '../../data/index.ts';
import { splits } from '../../protocol/records.ts';

interface Fix {
  readonly title: string;
  /** The line's new text; null removes the line; undefined where the fix does not fit the line. */
  readonly line: (text: string, message: string) => string | null | undefined;
}

const removeLine: Fix = { title: l10n.t('Remove This Line'), line: () => null };
const markDeleted: Fix = {
  title: l10n.t('Mark This Record as Deleted'),
  line: (text) => revised(text, { deleted: true }),
};

/** What helps against each problem, the safest first. */
const fixes: Readonly<Partial<Record<ProblemCode, readonly Fix[]>>> = {
  'bad-json': [removeLine],
  'bad-record': [removeLine],
  'torn-line': [removeLine],
  'bad-utf8': [removeLine],
  'duplicate-id': [
    {
      title: l10n.t('Give This Record a New Id'),
      line: (text) => revised(text, { id: randomUUID() }),
    },
    removeLine,
  ],
  'split-leak': [
    {
      title: l10n.t('Move to the Expected Split'),
      line: (text, message) => {
        const split = splits.find((each) => message.includes(`expected "${each}"`));
        return split === undefined ? undefined : revised(text, { split });
      },
    },
  ],
  'unknown-prompt': [markDeleted],
  'missing-completion': [markDeleted],
  'ranking-cycle': [markDeleted],
};

/** Offers the fixes of the problems at the cursor. */
export class ProblemFixes implements vscode.CodeActionProvider {
  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return diagnostics
      .filter(({ source }) => source === 'Instruct')
      .flatMap((diagnostic) => actionsOf(document, diagnostic));
  }
}

function actionsOf(
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
): vscode.CodeAction[] {
  const known = Object.entries(fixes).find(([code]) => code === diagnostic.code)?.[1] ?? [];
  const place = diagnostic.range.start.line;
  if (place >= document.lineCount) return [];
  const { text, range, rangeIncludingLineBreak } = document.lineAt(place);
  return known.flatMap(({ title, line }, at) => {
    const changed = line(text, diagnostic.message);
    if (changed === undefined) return [];
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [diagnostic];
    action.isPreferred = at === 0;
    action.edit = new vscode.WorkspaceEdit();
    if (changed === null) action.edit.delete(document.uri, rangeIncludingLineBreak);
    else action.edit.replace(document.uri, range, changed);
    return [action];
  });
}

function revised(text: string, changes: Readonly<Record<string, unknown>>): string | undefined {
  try {
    return reviseLine(text, changes);
  } catch {
    return undefined; // the line is no JSON object: another fix may fit
  }
}
