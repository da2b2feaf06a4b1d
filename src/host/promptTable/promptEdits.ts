/** Edits of prompt lines as the editor's own: one undo step each, and nothing else of a line changes. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { reviseLine } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { PromptChanges } from '../../protocol/promptTable.ts';
import { promptSchema } from '../../protocol/records.ts';
import { tableRow } from './tableRow.ts';

/** Changes one line. Throws `InstructError` when the line is another record than the table shows. */
export async function editLine(
  document: vscode.TextDocument,
  line: number,
  id: string,
  changes: PromptChanges,
): Promise<void> {
  if (line >= document.lineCount || tableRow(document.lineAt(line).text)?.prompt?.id !== id) {
    throw new InstructError({
      code: 'bad-record',
      message: l10n.t`Line ${line + 1} is no longer prompt "${id}".`,
      remedy: l10n.t('Look at the row again, then edit it.'),
      place: { path: document.uri.fsPath, line: line + 1 },
    });
  }
  await apply(document, [[line, changes]]);
}

/** Changes many lines alike, in one undo step; returns how many were prompts. */
export async function editLines(
  document: vscode.TextDocument,
  lines: readonly number[],
  changes: PromptChanges,
): Promise<number> {
  const edits = lines.flatMap((line): [number, PromptChanges][] => {
    if (line >= document.lineCount) return [];
    const prompt = tableRow(document.lineAt(line).text)?.prompt;
    if (prompt === undefined) return [];
    const { tags } = changes;
    if (!Array.isArray(tags)) return [[line, changes]];
    return [[line, { ...changes, tags: [...new Set([...(prompt.tags ?? []), ...tags])] }]];
  });
  if (edits.length > 0) await apply(document, edits);
  return edits.length;
}

async function apply(
  document: vscode.TextDocument,
  edits: readonly (readonly [number, PromptChanges])[],
): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  for (const [line, changes] of edits) {
    const { range, text } = document.lineAt(line);
    const fields: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(changes)) fields[name] = value ?? undefined;
    const revised = reviseLine(text, fields);
    const checked = promptSchema.safeParse(JSON.parse(revised));
    if (!checked.success) {
      const [issue] = checked.error.issues;
      throw new InstructError({
        code: 'bad-record',
        message: l10n.t`Line ${line + 1} would be no prompt: ${issue.path.join('.')}: ${issue.message}.`,
        remedy: l10n.t('Choose another value.'),
        place: { path: document.uri.fsPath, line: line + 1 },
      });
    }
    edit.replace(document.uri, range, revised);
  }
  if (await vscode.workspace.applyEdit(edit)) return;
  throw new InstructError({
    code: 'io-failed',
    message: l10n.t('The editor did not take the change.'),
    remedy: l10n.t('Check that the file is not read-only, then try again.'),
  });
}
