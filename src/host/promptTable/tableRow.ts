/** One line of a prompt file as the table keeps it: everything that search, sort and cells need. */
import * as l10n from '@vscode/l10n';
import { promptText } from '../../data/index.ts';
import { longestCell, type PromptColumn, type PromptRow } from '../../protocol/promptTable.ts';
import { promptSchema, type Prompt } from '../../protocol/records.ts';

/** See the file's header. */
export interface TableRow {
  /** The prompt; the line itself where it is none. */
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  /** The prompt where the line is one. */
  readonly prompt: Prompt | undefined;
  readonly isProblem: boolean;
  /** What is wrong; empty where nothing is. */
  readonly problem: string;
}

/** Reads one line; undefined for a blank one. Never throws. */
export function tableRow(line: string): TableRow | undefined {
  if (line.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return badRow(line, undefined, l10n.t`no JSON: ${reason}`);
  }
  const fields = typeof value === 'object' && value !== null ? { ...value } : undefined;
  const parsed = promptSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return badRow(line, fields, `${issue.path.join('.')}: ${issue.message}`);
  }
  const prompt = parsed.data;
  const text = prompt.deleted === true ? '' : promptText(prompt);
  return { text, fields, prompt, isProblem: false, problem: '' };
}

function badRow(text: string, fields: TableRow['fields'], problem: string): TableRow {
  return { text, fields, prompt: undefined, isProblem: true, problem };
}

/** What a column shows of a row. */
export function cellOf({ text, prompt }: TableRow, column: PromptColumn): string {
  if (column === 'prompt') return text;
  if (prompt === undefined) return '';
  if (column === 'length') return String(text.length);
  if (column === 'tags') return (prompt.tags ?? []).join(', ');
  return prompt[column] ?? '';
}

/** A row as it is sent to the webview. */
export function sentRow(row: TableRow, line: number, columns: readonly PromptColumn[]): PromptRow {
  const cells = columns.map((column) => [column, cellOf(row, column).slice(0, longestCell)]);
  return {
    line,
    cells: Object.fromEntries(cells) as PromptRow['cells'], // keys are columns
    ...(row.isProblem ? { problem: row.problem } : {}),
    isConversation: row.prompt?.messages !== undefined,
  };
}

/**
 * The order of two rows by a column: numbers by size, words by the language's order. Rows without
 * a value come last either way.
 */
export function compareBy(
  column: PromptColumn,
  descending: boolean,
): (a: TableRow, b: TableRow) => number {
  const sign = descending ? -1 : 1;
  if (column === 'length') return (a, b) => sign * (a.text.length - b.text.length);
  const collator = new Intl.Collator('en', { numeric: true });
  return (a, b) => {
    const [first, second] = [cellOf(a, column), cellOf(b, column)];
    if (first === '' || second === '') return first === second ? 0 : first === '' ? 1 : -1;
    return sign * collator.compare(first.slice(0, 200), second.slice(0, 200));
  };
}
