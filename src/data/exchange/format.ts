/** What a format of another tool is: how its rows are recognised, read and written. */
import type * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import { jsonChecker } from '../jsonCheck.ts';
import type { JsonCheck, JsonPath } from '../jsonCheck.ts';
import type { ExchangeTask } from './task.ts';
import type { Trait } from './traits.ts';

/** How a file holds its rows. */
export type Container = 'jsonl' | 'json' | 'csv' | 'parquet';

/** What reading a row may need. */
export interface ReadContext {
  /** A name that says nothing of the person behind an id; undefined where ids are dropped. */
  pseudonym(id: string | number | null | undefined): string | undefined;
  /** Text of GPT-2 token ids. @throws InstructError `bad-argument` without a tokenizer. */
  decode(ids: readonly number[]): string;
}

/** What writing a task may need. */
export interface WriteContext {
  /** GPT-2 token ids of a text. @throws InstructError `bad-argument` without a tokenizer. */
  encode(text: string): number[];
}

/** What to do about {@link ReadContext.decode} and {@link WriteContext.encode} without a tokenizer. */
export const tokenizerRemedy =
  'Give a folder that has GPT-2’s tokenizer.json: --tokenizer DIR, or the setting instruct.exchange.tokenizer.';

/** How a format is written. */
export interface FormatWriter {
  /** The container that the format's own tools read. */
  readonly container: Container;
  /** What a file of this format can hold: all else that the project has is reported as lost. */
  readonly carries: readonly Trait[];
  /** The rows of a task, in order; none where the task has nothing for this format. */
  rows(task: ExchangeTask, context: WriteContext): unknown[];
  /** Files that stand beside the exported one, by name: their content from their old one. */
  beside?(file: string, old: ReadonlyMap<string, string>): ReadonlyMap<string, string>;
}

/** A format of another tool. */
export interface Format {
  /** What `--format` takes. */
  readonly name: string;
  readonly title: string;
  /** What becomes of the fields of a row, for the preview. */
  readonly mapping: Readonly<Record<string, string>>;
  /** Fields that are never taken in, because they name a machine or a person. */
  readonly drops: readonly string[];
  /** Whether a row has this format's shape. */
  fits(value: unknown): boolean;
  /** What is wrong with a row, given as JSON text. */
  check(text: string): JsonCheck<unknown>;
  /** The tasks of a row that fits. @throws InstructError `bad-record` for what it cannot hold. */
  read(value: unknown, context: ReadContext): ExchangeTask[];
  /** Joins rows of several lines or files into rows that stand alone. */
  gather?(rows: readonly SourceValue[]): SourceValue[];
  readonly write: FormatWriter | null;
}

/** A value of a source file at its line. */
export interface SourceValue {
  readonly value: unknown;
  readonly path: string;
  readonly line: number;
  /** The row's own text, where it is JSON. */
  readonly text?: string;
}

interface FormatSpec<S extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  readonly row: S;
  readonly mapping: Readonly<Record<string, string>>;
  readonly drops?: readonly string[];
  readonly read: (row: z.infer<S>, context: ReadContext) => ExchangeTask | ExchangeTask[];
  readonly gather?: (rows: readonly SourceValue[]) => SourceValue[];
  readonly write?: FormatWriter;
}

/** A format from its row's schema and what to do with such a row. */
export function defineFormat<S extends z.ZodType>(spec: FormatSpec<S>): Format {
  const { name, title, mapping, row, gather } = spec;
  const check = jsonChecker(row);
  return {
    name,
    title,
    mapping,
    drops: spec.drops ?? [],
    fits: (value) => row.safeParse(value).success,
    check,
    read: (value, context) => [spec.read(row.parse(value), context)].flat(),
    ...(gather === undefined ? {} : { gather }),
    write: spec.write ?? null,
  };
}

/** An error for a row that has its format's shape but no meaning in a project. */
export function misfit(key: string, message: string): InstructError {
  return new InstructError({
    code: 'bad-record',
    message: `${key}: ${message}`,
    remedy: 'Correct the row, or leave it out: the others are imported.',
    place: { path: '', key },
  });
}

/** Where in a row a misfit lies, from the key that it names. */
export function pathOfKey(key: string): JsonPath {
  return key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
