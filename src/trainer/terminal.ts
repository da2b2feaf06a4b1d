/** The process's standard streams as the command line uses them. */
import type { ProgressOutput } from './progressBar.ts';

/** Where a command writes. */
export interface Terminal {
  /** Results, to standard output. */
  print(line: string): void;
  /** Progress and messages to people, to standard error. */
  readonly progress: ProgressOutput;
}

/**
 * The streams of this process. A reader that goes away (a closed pipe) does not end a run: what it
 * would have read is dropped.
 */
export function processTerminal(): Terminal {
  const gone = new Set<NodeJS.WriteStream>();
  const open = (stream: NodeJS.WriteStream): NodeJS.WriteStream =>
    stream.on('error', () => {
      gone.add(stream);
    });
  const output = open(process.stdout);
  const messages = open(process.stderr);
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    if (!gone.has(stream)) stream.write(text);
  };
  return {
    print: (line) => {
      write(output, `${line}\n`);
    },
    progress: {
      write: (text) => {
        write(messages, text);
      },
      get columns() {
        return messages.isTTY ? messages.columns : null;
      },
    },
  };
}
