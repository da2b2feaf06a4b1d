/** Which prompt a prompt file (`*.prompt.txt`) holds above the cursor, and where its answer goes. */
import type { Lines } from './promptAt.ts';

/** A prompt that the text before the cursor is. */
export interface PromptAbove {
  readonly text: string;
  /** Whether the answer begins on a line of its own, which the cursor is not on yet. */
  readonly newLine: boolean;
}

/**
 * The paragraph that ends at the cursor, or right above the empty line that it stands on. Undefined
 * where the cursor has text behind it, or no text above. Lines and characters count from 0.
 */
export function promptAbove(
  lines: Lines,
  cursor: { readonly line: number; readonly character: number },
): PromptAbove | undefined {
  const own = lines.line(cursor.line);
  if (own.slice(cursor.character).trim() !== '') return undefined;
  const onText = own.trim() !== '';
  const last = onText ? cursor.line : cursor.line - 1;
  let first = last + 1;
  while (first > 0 && lines.line(first - 1).trim() !== '') first -= 1;
  if (first > last) return undefined;
  const paragraph = Array.from({ length: last - first + 1 }, (_, index) =>
    lines.line(first + index),
  );
  return { text: paragraph.join('\n').trim(), newLine: onText };
}
