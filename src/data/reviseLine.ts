/** New versions of records that keep everything about the old line but what was changed. */
import { applyEdits, modify } from 'jsonc-parser';

/**
 * The text of a new version of a record: the old line with some top-level fields set, or removed
 * where the change is undefined. Unknown fields, the order of keys, numbers as they were written
 * and spacing stay as they are. The new line has the old one's id, so appending it supersedes it.
 * Throws where the text is no JSON object.
 */
export function reviseLine(text: string, changes: Readonly<Record<string, unknown>>): string {
  let revised = text;
  for (const [key, value] of Object.entries(changes)) {
    const name = JSON.stringify(key);
    // A new field is written as compactly as the rest of the line.
    const edits = modify(revised, [key], value, {}).map((edit) => ({
      ...edit,
      content: edit.content.replace(`${name}: `, () => `${name}:`),
    }));
    revised = applyEdits(revised, edits);
  }
  if (/[\r\n]/.test(revised)) throw new Error('reviseLine: expected one line, got several');
  return revised;
}

/** The text of a tombstone of a record: the old line, marked as deleted. */
export function tombstone(text: string): string {
  return reviseLine(text, { deleted: true });
}
