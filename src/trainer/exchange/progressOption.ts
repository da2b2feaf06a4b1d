/** `--progress`: says on standard error how far a command is, as JSON lines, for the editor. */
import type { Arguments, OptionSpecs } from '../commandLine.ts';
import type { Terminal } from '../terminal.ts';

/** See the file's header. */
export const progressOption = {
  progress: { description: 'Say on standard error, as JSON lines, how many rows are done.' },
} satisfies OptionSpecs;

/** What is told of rows that are done; undefined where nobody asked. */
export function progressOf(
  args: Arguments,
  terminal: Terminal,
): ((rows: number) => void) | undefined {
  if (!args.has('progress')) return undefined;
  return (rows) => terminal.progress.write(`${JSON.stringify({ type: 'progress', rows })}\n`);
}
