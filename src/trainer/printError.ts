/** An error as people read it on a terminal. */
import type { ErrorData } from '../protocol/errors.ts';
import type { Terminal } from './terminal.ts';

/** Two lines: what is wrong and where; what to do. */
export function printError(error: ErrorData, terminal: Terminal): void {
  terminal.progress.write(`error: ${error.message}\n  ${error.remedy}\n`);
}
