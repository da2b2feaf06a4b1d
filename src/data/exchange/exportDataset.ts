/** A project's dataset in another tool's format. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGzip } from 'node:zlib';
import { InstructError } from '../../protocol/errors.ts';
import type { Split } from '../../protocol/records.ts';
import { asInstructError } from '../appendFile.ts';
import type { Dataset } from '../dataset.ts';
import { tokenizerRemedy } from './format.ts';
import type { Container, Format, WriteContext } from './format.ts';
import { formatNamed } from './importPlan.ts';
import { exchangeTasks } from './exchangeTasks.ts';
import { parquetBytes } from './parquet.ts';
import { TraitCounter } from './traits.ts';
import type { Trait } from './traits.ts';

/** How to export. */
export interface ExportOptions {
  readonly format: string;
  /** The file to write; its name's end (.jsonl, .json, .csv, .parquet, and .gz) says how. */
  readonly out: string;
  /** Only prompts of these splits; all when absent. */
  readonly splits?: readonly Split[] | undefined;
  /** Encodes texts as GPT-2 tokens, for formats that hold tokens. */
  readonly encode?: ((text: string) => number[]) | undefined;
  /** Told now and then how many rows were written so far. */
  readonly onProgress?: ((rows: number) => void) | undefined;
}

/** What an export wrote. */
export interface Exported {
  readonly file: string;
  readonly container: Container;
  readonly rows: number;
  readonly prompts: number;
  /** Prompts that gave no row, because they have nothing that the format holds. */
  readonly empty: number;
  /** What the dataset has and the format cannot hold. */
  readonly lost: readonly { readonly what: Trait; readonly count: number }[];
  /** Other files that were written beside it. */
  readonly beside: readonly string[];
}

const promptsPerReport = 1000;

/**
 * Writes a dataset to a file of another format. The file takes its name only when it is whole.
 * @throws InstructError `bad-argument` for a format that can only be imported, `empty-dataset`
 * when no prompt has anything for the format, `disk-full` or `io-failed`.
 */
export async function exportDataset(dataset: Dataset, options: ExportOptions): Promise<Exported> {
  const format = formatNamed(options.format);
  const { write } = format;
  if (write === null) {
    throw new InstructError({
      code: 'bad-argument',
      message: `"${format.name}" (${format.title}) can be imported only.`,
      remedy: 'Choose another format; "instruct-studio export --help" lists them.',
    });
  }
  const { out } = options;
  const container = containerNamed(out) ?? write.container;
  const counter = new TraitCounter();
  const temporary = `${out}.writing`;
  let [rows, prompts, empty] = [0, 0, 0];
  try {
    await mkdir(dirname(out), { recursive: true });
    const sink = openSink(container, temporary, /\.gz$/i.test(out));
    try {
      for await (const task of exchangeTasks(dataset, options.splits)) {
        const own = write.rows(task, contextOf(options));
        prompts += 1;
        counter.add(task);
        if (own.length === 0) empty += 1;
        rows += own.length;
        for (const row of own) await sink.write(row);
        if (prompts % promptsPerReport === 0) options.onProgress?.(rows);
      }
    } finally {
      await sink.end();
    }
    if (rows === 0) throw nothingToExport(format);
    await rename(temporary, out);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error instanceof Error && 'code' in error ? asInstructError(error, out) : error;
  }
  const beside = await writeBeside(write, out);
  return { file: out, container, rows, prompts, empty, lost: counter.lost(write.carries), beside };
}

function nothingToExport(format: Format): InstructError {
  return new InstructError({
    code: 'empty-dataset',
    message: `No prompt of the project has anything that "${format.name}" holds: nothing was written.`,
    remedy: 'Choose another format, or label first.',
  });
}

function contextOf({ encode }: ExportOptions): WriteContext {
  return {
    encode: (text) => {
      if (encode !== undefined) return encode(text);
      throw new InstructError({
        code: 'bad-argument',
        message: 'This format holds GPT-2 token ids, not texts.',
        remedy: tokenizerRemedy,
      });
    },
  };
}

function containerNamed(file: string): Container | null {
  const end = /\.(jsonl|json|csv|parquet)(?:\.gz)?$/i.exec(file)?.[1].toLowerCase();
  return end === 'jsonl' || end === 'json' || end === 'csv' || end === 'parquet' ? end : null;
}

interface Sink {
  write(row: unknown): Promise<void>;
  end(): Promise<void>;
}

function openSink(container: Container, path: string, gzip: boolean): Sink {
  if (container === 'parquet') return parquetSink(path);
  const file = createWriteStream(path);
  const target = gzip ? createGzip() : file;
  const done = once(file, 'close');
  if (target !== file) target.pipe(file);
  const say = async (text: string): Promise<void> => {
    if (!target.write(text)) await once(target, 'drain');
  };
  let count = 0;
  let columns: string[] = [];
  const before = (): string => (container === 'json' ? (count === 0 ? '[\n' : ',\n') : '');
  return {
    write: async (row) => {
      if (container === 'csv') {
        const record = asRecord(row);
        if (count === 0) {
          columns = Object.keys(record);
          await say(csvLine(columns));
        }
        await say(csvLine(columns.map((column) => csvCell(record[column]))));
      } else await say(`${before()}${JSON.stringify(row)}${container === 'jsonl' ? '\n' : ''}`);
      count += 1;
    },
    end: async () => {
      target.end(container === 'json' ? (count === 0 ? '[]\n' : '\n]\n') : '');
      await done;
    },
  };
}

function parquetSink(path: string): Sink {
  const rows: Record<string, unknown>[] = [];
  return {
    write: (row) => {
      rows.push(asRecord(row));
      return Promise.resolve();
    },
    end: async () => {
      if (rows.length > 0) await writeFile(path, parquetBytes(rows));
    },
  };
}

function asRecord(row: unknown): Record<string, unknown> {
  if (typeof row === 'object' && row !== null) return Object.fromEntries(Object.entries(row));
  throw new Error(`export: expected a row of fields, got ${typeof row}`);
}

function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(',')}\r\n`;
}

async function writeBeside(write: NonNullable<Format['write']>, out: string): Promise<string[]> {
  if (write.beside === undefined) return [];
  const folder = dirname(out);
  const names = write.beside(out, new Map()).keys();
  const old = new Map<string, string>();
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => null);
    if (text !== null) old.set(name, text);
  }
  const written: string[] = [];
  for (const [name, content] of write.beside(basename(out), old)) {
    await writeFile(join(folder, name), content);
    written.push(join(folder, name));
  }
  return written;
}
