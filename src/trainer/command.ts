/** What a command of the command line is. */
import type { Arguments, OptionSpecs } from './commandLine.ts';
import type { ExitCode } from './exitCodes.ts';
import type { HelpSubject } from './help.ts';
import type { Terminal } from './terminal.ts';

/** A command: its help, and what it does. */
export interface Command extends HelpSubject {
  /** Whether it trains models, so that the process is to keep the memory it frees. */
  readonly trains?: boolean;
  /** Does it. Expected failures are thrown as `InstructError`. */
  run(args: Arguments, terminal: Terminal): Promise<ExitCode>;
}

/** Options that every command has. */
export const commonOptions = {
  json: { description: 'Print JSON lines on standard output.' },
  help: { description: 'Print this help.' },
} satisfies OptionSpecs;

/** Where the project is. */
export const projectOption = {
  project: { value: 'DIR', description: 'The project folder; the current folder when absent.' },
} satisfies OptionSpecs;
