/** What a task says of a problem, so that the editor finds the place. */
import type { Place } from '../../protocol/errors.ts';

/**
 * One line in the form that the problem matcher `$instruct` of package.json knows:
 * `path:line:column: error: message`. Without control characters: messages may quote what stands
 * in a file.
 */
export function problemLine(
  severity: 'error' | 'warning',
  { path, line = 1, column = 1 }: Place,
  message: string,
): string {
  return `${path}:${line}:${column}: ${severity}: ${message.replaceAll(/[\p{Cc}\s]+/gu, ' ')}`;
}
