/** Reading arguments: what a command takes, and what is said when something else is given. */
import { parseArgs } from 'node:util';
import { InstructError } from '../protocol/errors.ts';
import { nearest } from '../protocol/nearest.ts';

/** One `--option` of a command. */
export interface OptionSpec {
  /** What the help calls the value, such as `DIR`; absent for a switch. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly multiple?: boolean;
  readonly description: string;
}

/** The options of a command by name, without the dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What stood on the command line. */
export class Arguments {
  readonly command: string;
  readonly positionals: readonly string[];
  private readonly values: ReadonlyMap<string, readonly string[]>;

  /** A switch that was given has an empty list. */
  constructor(
    command: string,
    positionals: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
  ) {
    this.command = command;
    this.positionals = positionals;
    this.values = values;
  }

  /** Whether the option was given. */
  has(name: string): boolean {
    return this.values.has(name);
  }

  /** The last value of an option. */
  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  /** Every value of an option. */
  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /**
   * The value of an option as a whole number of at least `low`.
   * @throws InstructError `bad-argument` when it is something else.
   */
  integer(name: string, low: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= low) return value;
    throw usageError(
      this.command,
      `--${name}: expected a whole number of at least ${low}, got "${text}"`,
    );
  }
}

/**
 * Parses the arguments after a command's name.
 * @throws InstructError `bad-argument` for an unknown option, naming the nearest known one, for a
 * missing value, and for the wrong number of positionals; a last name that ends in "…" takes any.
 */
export function parseArguments(
  command: string,
  args: readonly string[],
  options: OptionSpecs,
  positionals: { readonly names: readonly string[]; readonly required: boolean },
): Arguments {
  const names = Object.keys(options);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value }]) => [
        name,
        { type: value === undefined ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const free: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') free.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (spec === undefined) {
      throw usageError(
        command,
        `unknown option "${token.rawName}": did you mean "--${nearest(token.name, names)}"?`,
      );
    }
    const given = values.get(token.name) ?? [];
    if (spec.value === undefined) {
      if (token.value !== undefined) {
        throw usageError(command, `--${token.name}: expected no value, got "${token.value}"`);
      }
    } else {
      if (token.value === undefined || token.value === '') {
        throw usageError(command, `--${token.name}: expected ${spec.value}, got nothing`);
      }
      if (given.length > 0 && spec.multiple !== true) {
        throw usageError(command, `--${token.name}: expected once, got it twice`);
      }
      given.push(token.value);
    }
    values.set(token.name, given);
  }
  const least = positionals.required ? positionals.names.length : 0;
  if (values.has('help')) return new Arguments(command, free, values);
  if (free.length < least) {
    throw usageError(command, `expected ${positionals.names.join(' ')}, got nothing`);
  }
  const takesMany = positionals.names.at(-1)?.endsWith('…') === true;
  if (!takesMany && free.length > positionals.names.length) {
    throw usageError(command, `unexpected argument "${free[positionals.names.length]}"`);
  }
  return new Arguments(command, free, values);
}

/** An error for a command line that means nothing. */
export function usageError(command: string, message: string): InstructError {
  const help = command === '' ? 'instruct-studio --help' : `instruct-studio ${command} --help`;
  return new InstructError({
    code: 'bad-argument',
    message: `${message}.`.replace(/([?.])\.$/, '$1'),
    remedy: `See "${help}".`,
  });
}
