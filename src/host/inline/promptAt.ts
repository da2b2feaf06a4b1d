/** Which prompt a person means by where the cursor stands. */
import * as l10n from '@vscode/l10n';
import { promptText } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { promptSchema } from '../../protocol/records.ts';

/** A text document, as much of it as is needed. */
export interface Lines {
  readonly lineCount: number;
  /** The text of a line that exists, counted from 0. */
  line(index: number): string;
}

/** What is selected; the cursor where `text` is empty. Lines count from 0. */
export interface Selected {
  readonly text: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** A prompt in a document. */
export interface PlacedPrompt {
  readonly text: string;
  /** Its id where it is a record already. */
  readonly promptId?: string;
  /** Its last line, from 0: a comparison opens under it. */
  readonly line: number;
}

/**
 * The prompt record of a line of `prompts/*.jsonl`; undefined for a blank line.
 * @throws InstructError `bad-record` when the line is no prompt.
 */
export function promptRecordAt(lines: Lines, line: number, path: string): PlacedPrompt | undefined {
  const text = lines.line(line);
  if (text.trim() === '') return undefined;
  const bad = (cause?: unknown): InstructError =>
    new InstructError(
      {
        code: 'bad-record',
        message: l10n.t`Line ${line + 1} is no prompt record.`,
        remedy: l10n.t('Mend the line, or put the cursor on another one.'),
        place: { path, line: line + 1 },
      },
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw bad(thrown);
  }
  const record = promptSchema.safeParse(value);
  if (!record.success) throw bad(record.error);
  if (record.data.deleted === true) return undefined;
  return { text: promptText(record.data), promptId: record.data.id, line };
}

/** What is selected, or else the paragraph around the cursor; undefined where there is no text. */
export function promptTextAt(lines: Lines, selected: Selected): PlacedPrompt | undefined {
  const chosen = selected.text.trim();
  if (chosen !== '') return { text: chosen, line: selected.endLine };
  const isBlank = (index: number): boolean => lines.line(index).trim() === '';
  if (selected.startLine >= lines.lineCount || isBlank(selected.startLine)) return undefined;
  let first = selected.startLine;
  while (first > 0 && !isBlank(first - 1)) first -= 1;
  let last = selected.startLine;
  while (last + 1 < lines.lineCount && !isBlank(last + 1)) last += 1;
  const paragraph = Array.from({ length: last - first + 1 }, (_, index) =>
    lines.line(first + index),
  );
  return { text: paragraph.join('\n').trim(), line: last };
}
