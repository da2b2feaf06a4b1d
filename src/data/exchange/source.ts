/** Files of rows, whatever holds them: JSONL, JSON, CSV, Parquet, and each of them in gzip. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse';
import { InstructError } from '../../protocol/errors.ts';
import { readLines } from '../jsonlLines.ts';
import type { Problem, ProblemCode } from '../problem.ts';
import type { Container, SourceValue } from './format.ts';
import { readJsonElements } from './jsonElements.ts';
import { readParquet } from './parquet.ts';

/** A row, or what is wrong at its place. */
export type SourceItem =
  | { readonly type: 'row'; readonly row: SourceValue }
  | { readonly type: 'problem'; readonly problem: Problem };

/** How a file holds its rows, and where its bytes are. */
export interface OpenSource {
  readonly container: Container;
  readonly gzip: boolean;
  /** The rows in order; a bad one never hides the others. */
  rows(): AsyncGenerator<SourceItem, void, undefined>;
  /** Removes what was unpacked. */
  close(): Promise<void>;
}

/**
 * Looks at a file's first bytes and its name. @throws InstructError `missing-file` or `io-failed`
 * where it cannot be read, `bad-record` where gzip is broken.
 */
export async function openSource(path: string): Promise<OpenSource> {
  const head = await firstBytes(path);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return opened(path, path, head, false, async () => {});
  const folder = await mkdtemp(join(tmpdir(), 'instruct-import-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const plain = join(folder, 'unpacked');
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(plain));
    return opened(plain, path, await firstBytes(plain), true, close);
  } catch (error) {
    await close();
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')))
      throw error;
    throw new InstructError(
      {
        code: 'bad-record',
        message: `"${path}" is no whole gzip file: ${error.message}.`,
        remedy: 'Fetch or pack the file again.',
        place: { path },
      },
      { cause: error },
    );
  }
}

function opened(
  plain: string,
  name: string,
  head: Buffer,
  gzip: boolean,
  close: () => Promise<void>,
): OpenSource {
  const container = containerOf(gzip ? name.replace(/\.gz$/i, '') : name, head);
  return { container, gzip, close, rows: () => rowsOf(container, plain, name) };
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    const handle = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new InstructError(
      {
        code: missing ? 'missing-file' : 'io-failed',
        message: `"${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        remedy: 'Check the path and that you may read the file.',
        place: { path },
      },
      { cause: error },
    );
  }
}

function containerOf(name: string, head: Buffer): Container {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  const extension = extname(name).toLowerCase();
  if (extension === '.csv' || extension === '.tsv') return 'csv';
  if (text.startsWith('[')) return 'json';
  if (extension === '.json' && text.startsWith('{') && !isJson(text.split('\n', 1)[0]))
    return 'json';
  if (text === '' || text.startsWith('{')) return 'jsonl';
  return extension === '.jsonl' || extension === '.json' ? 'jsonl' : 'csv';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // this is the question that was asked
  }
}

const readers = {
  jsonl: readJsonLines,
  json: readJson,
  csv: readCsv,
  parquet: readParquetRows,
} satisfies Record<Container, (plain: string, name: string) => AsyncGenerator<SourceItem>>;

function rowsOf(
  container: Container,
  plain: string,
  name: string,
): AsyncGenerator<SourceItem, void, undefined> {
  return readers[container](plain, name);
}

function problemAt(
  path: string,
  line: number,
  message: string,
  code: ProblemCode = 'bad-json',
  column = 1,
): SourceItem {
  return { type: 'problem', problem: { path, line, column, endColumn: column, code, message } };
}

async function* readJsonLines(
  plain: string,
  name: string,
): AsyncGenerator<SourceItem, void, undefined> {
  for await (const batch of readLines(plain)) {
    for (const line of batch) {
      if (line.type === 'unreadable') {
        yield problemAt(name, line.line, line.message, line.code, line.column);
      } else if (line.text.trim() !== '') {
        yield jsonRow(line.text, name, line.line);
      }
    }
  }
}

async function* readJson(plain: string, name: string): AsyncGenerator<SourceItem, void, undefined> {
  for await (const { text, line, broken } of readJsonElements(plain)) {
    if (broken) yield problemAt(name, line, 'the list ends in the middle of a row');
    else yield jsonRow(text, name, line);
  }
}

function jsonRow(text: string, path: string, line: number): SourceItem {
  try {
    const value: unknown = JSON.parse(text);
    return { type: 'row', row: { value, path, line, text } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return problemAt(path, line, `not valid JSON: ${message}`);
  }
}

async function* readCsv(plain: string, name: string): AsyncGenerator<SourceItem, void, undefined> {
  const parser = parseCsv({
    columns: (header: string[]) =>
      header.map((column, index) => (column === '' ? `column ${index + 1}` : column)),
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    delimiter: /\.tsv$/i.test(name.replace(/\.gz$/i, '')) ? '\t' : ',',
  });
  const source = createReadStream(plain);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let line = 2;
  try {
    for await (const item of parser) {
      const { info, record } = csvItem(item);
      const start = line;
      line = info.lines + 1;
      if (info.error !== undefined) yield problemAt(name, start, info.error.message, 'bad-record');
      else yield { type: 'row', row: { value: record, path: name, line: start } };
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')))
      throw error;
    yield problemAt(name, line, `not valid CSV: ${error.message}`, 'bad-record');
  }
}

interface CsvItem {
  readonly info: { readonly lines: number; readonly error?: Error };
  readonly record: Record<string, string>;
}

/** What the parser gives with `info: true`, which its types do not say of a stream. */
function csvItem(item: unknown): CsvItem {
  const isItem = (value: unknown): value is CsvItem =>
    typeof value === 'object' && value !== null && 'info' in value && 'record' in value;
  if (!isItem(item)) throw new Error('readCsv: expected a record with its place');
  return item;
}

async function* readParquetRows(
  plain: string,
  name: string,
): AsyncGenerator<SourceItem, void, undefined> {
  let line = 0;
  for await (const value of readParquet(plain, name)) {
    line += 1; // a Parquet file has rows, not lines: the first row is "line" 1
    yield { type: 'row', row: { value, path: name, line } };
  }
}
