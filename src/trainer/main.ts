/** The entry of `trainer.mjs`: the command line, and the process behind every run of the editor. */
import { InstructError, toErrorData } from '../protocol/errors.ts';
import { nearest } from '../protocol/nearest.ts';
import { commands } from './commands.ts';
import { parseArguments, usageError } from './commandLine.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { commandHelp, overviewHelp } from './help.ts';
import { keepFreedMemory } from './keepFreedMemory.ts';
import { printError } from './printError.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { version } from './version.ts';

async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const name = argv.at(0);
  const rest = argv.slice(1);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.print(overviewHelp(commands));
    return name === undefined ? exitCodes.usage : exitCodes.ok;
  }
  if (name === '--version') {
    terminal.print(version);
    return exitCodes.ok;
  }
  try {
    const command = commands.find((candidate) => candidate.name === name);
    if (command === undefined) {
      const names = commands.map((candidate) => candidate.name);
      throw usageError('', `unknown command "${name}": did you mean "${nearest(name, names)}"?`);
    }
    const args = parseArguments(name, rest, command.options, {
      names: command.positionals,
      required: command.required,
    });
    if (args.has('help')) {
      terminal.print(commandHelp(command));
      return exitCodes.ok;
    }
    if (command.trains === true) keepFreedMemory();
    return await command.run(args, terminal);
  } catch (thrown) {
    const error = toErrorData(thrown);
    if (rest.includes('--json')) terminal.print(JSON.stringify({ type: 'error', error }));
    printError(error, terminal);
    if (!(thrown instanceof InstructError) && thrown instanceof Error) {
      terminal.progress.write(`${thrown.stack ?? ''}\n`);
    }
    return error.code === 'bad-argument' ? exitCodes.usage : exitCodes.failed;
  }
}

process.exitCode = await main(process.argv.slice(2), processTerminal());
