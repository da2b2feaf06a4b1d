/** Rows of the files in which public data sets and samples are published. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';

/**
 * The rows of a `.csv` or `.tsv` file by its header, of a `.jsonl` file by line, or of a `.json` file
 * that holds one list, each checked.
 * @throws InstructError `missing-file` when the file cannot be read, `bad-record` naming the file and
 * the row (from 1, the header not counted) of the first row that is none, `empty-dataset` when there
 * are no rows.
 */
export async function readRows<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const text = await readText(file);
  const rows = splitRows(file, text);
  if (rows.length === 0) {
    throw new InstructError({
      code: 'empty-dataset',
      message: `${file}: the file has no rows.`,
      remedy: 'Give the file as the data set publishes it.',
      place: { path: file },
    });
  }
  return rows.map((row, i) => checked(file, `row ${i + 1}`, row, schema));
}

/**
 * A `.json` file as a whole.
 * @throws as {@link readRows}.
 */
export async function readDocument<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  return checked(file, 'the file', parseJson(file, 'the file', await readText(file)), schema);
}

/** The lines of a text file; the last line break ends a line and begins none. */
export async function readTextLines(file: string): Promise<string[]> {
  return (await readText(file)).replace(/\r?\n$/, '').split(/\r?\n/);
}

/** A file's text. @throws InstructError `missing-file`. */
export async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new InstructError(
      {
        code: 'missing-file',
        message: `${file}: the file cannot be read.`,
        remedy: 'Check the path and its permissions.',
        place: { path: file },
      },
      { cause },
    );
  }
}

function splitRows(file: string, text: string): unknown[] {
  if (/\.jsonl$/i.test(file)) {
    return text
      .split('\n')
      .map((line, i) => ({ line: line.trim(), place: `row ${i + 1}` }))
      .filter(({ line }) => line !== '')
      .map(({ line, place }) => parseJson(file, place, line));
  }
  if (/\.json$/i.test(file)) {
    const whole = parseJson(file, 'the file', text);
    if (Array.isArray(whole)) return whole;
    throw badRow(file, 'the file', 'expected a list of objects');
  }
  const delimiter = /\.(?:tsv|txt)$/i.test(file) ? '\t' : ',';
  try {
    return parse(text, { columns: true, delimiter, quote: delimiter === ',' ? '"' : null });
  } catch (cause) {
    throw badRow(file, 'the table', cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function parseJson(file: string, place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badRow(file, place, 'it is no JSON', cause);
  }
}

function checked<T>(file: string, place: string, row: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = issue.path.join('.');
  throw badRow(file, place, key === '' ? issue.message : `"${key}": ${issue.message}`);
}

function badRow(file: string, place: string, what: string, cause?: unknown): InstructError {
  return new InstructError(
    {
      code: 'bad-record',
      message: `${file}: ${place}: ${what}.`.replace(/\.\.$/, '.'),
      remedy:
        'Give the file as the data set publishes it; see "instruct-studio public-task --help".',
      place: { path: file },
    },
    { cause },
  );
}
