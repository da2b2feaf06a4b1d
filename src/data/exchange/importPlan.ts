/** What an import would do, worked out before anything is written. */
import { basename } from 'node:path';
import { createHash } from 'node:crypto';
import { InstructError } from '../../protocol/errors.ts';
import type { RecordKind } from '../../protocol/records.ts';
import type { Dataset } from '../dataset.ts';
import { locate } from '../jsonCheck.ts';
import type { Problem } from '../problem.ts';
import { fileNameOf } from '../store.ts';
import { pathOfKey, tokenizerRemedy } from './format.ts';
import type { Container, Format, ReadContext, SourceValue } from './format.ts';
import { formats } from './formats/index.ts';
import { promptIdOf, recordsOf } from './records.ts';
import type { ImportedRecord } from './records.ts';
import { openSource } from './source.ts';

/** How to import. */
export interface ImportOptions {
  /** The name of a format; found by the rows' shape when absent. */
  readonly format?: string | undefined;
  /** What becomes of the ids of persons: a name made from them, or nothing. */
  readonly ids: 'hash' | 'drop';
  /** Decodes GPT-2 token ids, for formats that hold tokens. */
  readonly decode?: ((ids: readonly number[]) => string) | undefined;
  /** Told now and then how many rows were read so far, of all files together. */
  readonly onProgress?: ((rows: number) => void) | undefined;
}

/** Counts of records by kind. */
export type KindCounts = Readonly<Record<RecordKind, number>>;

/** What is planned of one file. */
export interface FilePlan {
  readonly path: string;
  readonly container: Container;
  readonly gzip: boolean;
  /** Null where no format fits. */
  readonly format: { readonly name: string; readonly title: string } | null;
  /** What becomes of the fields of a row. */
  readonly mapping: Readonly<Record<string, string>>;
  /** Fields that the format has and that are never taken in. */
  readonly dropped: readonly string[];
  readonly rows: number;
  /** Rows that cannot be taken; their problems name the line. */
  readonly badRows: number;
}

/** A plan of an import. */
export interface ImportPlan {
  readonly files: readonly FilePlan[];
  /** What would be written. */
  readonly added: KindCounts;
  /** Records that the project has already. */
  readonly known: KindCounts;
  /** Demonstrations, completions and rankings that come again in the files; taken once. */
  readonly repeated: number;
  readonly problems: readonly Problem[];
  /** The records to write, in an order in which nothing refers to what is not there yet. */
  readonly records: readonly ImportedRecord[];
}

const sampleRows = 20;
const rowsPerReport = 2000;

/**
 * Reads files and works out what they would add to a dataset (null for a project that is still to
 * be made). Nothing is written. @throws InstructError `bad-argument` for an unknown format,
 * `missing-file` for a file that is not there.
 */
export async function planImport(
  paths: readonly string[],
  dataset: Dataset | null,
  options: ImportOptions,
): Promise<ImportPlan> {
  const plan = new Planning(dataset, options);
  for (const path of paths) await plan.addFile(path);
  plan.joinFiles();
  return plan.finish();
}

class Planning {
  private readonly dataset: Dataset | null;
  private readonly options: ImportOptions;
  private readonly format: Format | undefined;
  private readonly files: FilePlan[] = [];
  private readonly problems: Problem[] = [];
  private readonly records = new Map<string, ImportedRecord>();
  private readonly known = new Map<string, RecordKind>();
  private repeated = 0;
  private rowsRead = 0;
  private readonly standing = new Map<string, string>();
  private readonly gathered = new Map<Format, { file: number; rows: SourceValue[] }[]>();

  constructor(dataset: Dataset | null, options: ImportOptions) {
    this.dataset = dataset;
    this.options = options;
    this.format = options.format === undefined ? undefined : formatNamed(options.format);
    for (const { id, text } of dataset?.entries('prompts') ?? []) {
      // A prompt that an import made as a variant of a text does not stand for the text.
      if (!/^p-[0-9a-f]{16}$/.test(id) || id === promptIdOf(text)) this.standing.set(text, id);
    }
  }

  async addFile(path: string): Promise<void> {
    const source = await openSource(path);
    const { container, gzip } = source;
    const first: SourceValue[] = [];
    let format = this.format;
    let rows = 0;
    let badRows = 0;
    const take = (row: SourceValue): void => {
      if (format === undefined) badRows += 1;
      else if (format.gather !== undefined) this.hold(format, row);
      else if (!this.addRow(format, row)) badRows += 1;
    };
    try {
      for await (const item of source.rows()) {
        rows += 1;
        if (++this.rowsRead % rowsPerReport === 0) this.options.onProgress?.(this.rowsRead);
        if (item.type === 'problem') {
          badRows += 1;
          this.problems.push(item.problem);
        } else if (format !== undefined) take(item.row);
        else if (first.push(item.row) === sampleRows) {
          format = detect(first);
          if (format === undefined) break;
          first.splice(0).forEach(take);
        }
      }
    } finally {
      await source.close();
    }
    if (format === undefined && first.length > 0) {
      format = detect(first);
      if (format === undefined) this.problems.push(noFormat(path, first[0]));
      first.forEach(take);
    }
    this.files.push({
      path,
      container,
      gzip,
      format: format === undefined ? null : { name: format.name, title: format.title },
      mapping: format?.mapping ?? {},
      dropped: format?.drops ?? [],
      rows,
      badRows,
    });
  }

  /** Reads rows that are whole only together with others, of this file or another. */
  joinFiles(): void {
    for (const [format, parts] of this.gathered) {
      for (const row of format.gather?.(parts.flatMap(({ rows }) => rows)) ?? []) {
        this.addRow(format, row);
      }
    }
  }

  finish(): ImportPlan {
    const [added, known] = [emptyCounts(), emptyCounts()];
    for (const { kind } of this.records.values()) added[kind] += 1;
    for (const kind of this.known.values()) known[kind] += 1;
    const { files, problems, repeated } = this;
    return { files, added, known, repeated, problems, records: [...this.records.values()] };
  }

  private hold(format: Format, row: SourceValue): void {
    const parts = this.gathered.get(format) ?? [];
    this.gathered.set(format, parts);
    const last = parts.at(-1);
    if (last?.file === this.files.length) last.rows.push(row);
    else parts.push({ file: this.files.length, rows: [row] });
  }

  /** Whether the row could be taken. */
  private addRow(format: Format, row: SourceValue): boolean {
    if (!format.fits(row.value)) {
      this.problems.push(...misfits(format, row));
      return false;
    }
    try {
      const source = fileNameOf(basename(row.path).replace(/\..*$/, ''));
      const found = format
        .read(row.value, this.context(row))
        .flatMap((task) => recordsOf(task, source, (text) => this.standing.get(text)));
      for (const record of found) this.addRecord(record);
      return true;
    } catch (error) {
      if (!(error instanceof InstructError)) throw error;
      if (error.code !== 'bad-record') throw error;
      const { offset, length } =
        row.text === undefined
          ? { offset: 0, length: 0 }
          : locate(row.text, pathOfKey(error.place?.key ?? ''));
      this.problems.push(problem(row, offset, length, error.message));
      return false;
    }
  }

  private addRecord(record: ImportedRecord): void {
    const { kind, id } = record;
    const key = `${kind}/${id}`;
    if (this.records.has(key)) {
      // A prompt comes with every row about it: that is no repetition.
      if (kind !== 'prompts') this.repeated += 1;
    } else if (this.stands(kind, id)) this.known.set(key, kind);
    else this.records.set(key, record);
  }

  private stands(kind: RecordKind, id: string): boolean {
    const { dataset } = this;
    if (dataset === null) return false;
    const find = {
      prompts: () => dataset.promptById(id),
      demonstrations: () => dataset.demonstrationById(id),
      completions: () => dataset.completionById(id),
      rankings: () => dataset.rankingById(id),
    };
    return find[kind]() !== undefined;
  }

  private context(row: SourceValue): ReadContext {
    return {
      pseudonym: (id) =>
        id === undefined || id === null || id === '' || this.options.ids === 'drop'
          ? undefined
          : pseudonym(String(id)),
      decode: (ids) => {
        if (this.options.decode !== undefined) return this.options.decode(ids);
        throw new InstructError({
          code: 'bad-argument',
          message: `"${row.path}" holds GPT-2 token ids, not texts.`,
          remedy: tokenizerRemedy,
          place: { path: row.path, line: row.line },
        });
      },
    };
  }
}

/** A name that says nothing of an id, the same in every import, so that splits by user hold. */
export function pseudonym(id: string): string {
  const digest = createHash('sha256').update(`instruct-studio/${id}`, 'utf8').digest('hex');
  return `person-${digest.slice(0, 10)}`;
}

/** The format with a name. @throws InstructError `bad-argument` naming all when there is none. */
export function formatNamed(name: string): Format {
  const format = formats.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw new InstructError({
    code: 'bad-argument',
    message: `There is no format "${name}".`,
    remedy: `Use one of ${formats.map((one) => one.name).join(', ')}.`,
  });
}

/** The first format that most of the rows fit; undefined where none fits half of them. */
function detect(rows: readonly SourceValue[]): Format | undefined {
  const fitting = formats.map((format) => ({
    format,
    count: rows.filter(({ value }) => format.fits(value)).length,
  }));
  const most = Math.max(...fitting.map(({ count }) => count));
  if (most * 2 < rows.length) return undefined;
  return fitting.find(({ count }) => count === most)?.format;
}

function misfits(format: Format, row: SourceValue): Problem[] {
  const check = format.check(row.text ?? JSON.stringify(row.value));
  const issues = check.ok ? [] : check.issues;
  return issues
    .slice(0, 3)
    .map(({ offset, length, message }) =>
      row.text === undefined ? problem(row, 0, 0, message) : problem(row, offset, length, message),
    );
}

function noFormat(path: string, row: SourceValue): Problem {
  const keys = typeof row.value === 'object' && row.value !== null ? Object.keys(row.value) : [];
  const message = `no format fits rows with the fields ${keys.join(', ') || '(none)'}; name one with --format`;
  return problem({ ...row, path }, 0, 0, message);
}

/** A problem at a place in a row's text, which may have several lines. */
function problem(row: SourceValue, offset: number, length: number, message: string): Problem {
  const before = (row.text ?? '').slice(0, offset).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  const line = row.line + before.length - 1;
  return { path: row.path, line, column, endColumn: column + length, code: 'bad-record', message };
}

function emptyCounts(): Record<RecordKind, number> {
  return { prompts: 0, demonstrations: 0, completions: 0, rankings: 0 };
}
