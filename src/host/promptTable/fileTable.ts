/**
 * A prompt file too large for an editor's document, as a table that is read page by page: only the
 * places of its lines are kept. It can be searched, in one pass over the file, but not sorted.
 */
import { open, type FileHandle } from 'node:fs/promises';
import * as l10n from '@vscode/l10n';
import {
  promptColumns,
  type PromptCounts,
  type PromptQuery,
  type PromptRow,
} from '../../protocol/promptTable.ts';
import { rowFilter } from './rowFilter.ts';
import { sentRow, tableRow } from './tableRow.ts';

const chunkBytes = 1024 * 1024;
/** A longer line is shown by its beginning. */
const longestLine = 1024 * 1024;

const readOnly = l10n.t(
  'This file is larger than 20 MB, so it is shown page by page and cannot be edited or sorted here.',
);

/** See the file's header. */
export class FileTable {
  private readonly path: string;
  /** Where each line begins, and at the end the size of the file. */
  private starts: number[] = [];
  /** The lines that a search found; null is all. */
  private found: number[] | null = null;
  private version = 0;
  private problems = 0;

  private constructor(path: string) {
    this.path = path;
  }

  /** Finds the lines of a file. */
  static async open(path: string): Promise<FileTable> {
    const table = new FileTable(path);
    await table.reload();
    return table;
  }

  /** Finds the lines anew. */
  async reload(): Promise<void> {
    const starts = [0];
    await this.withFile(async (file) => {
      const buffer = Buffer.allocUnsafe(chunkBytes);
      for (let offset = 0; ;) {
        const { bytesRead } = await file.read(buffer, 0, chunkBytes, offset);
        if (bytesRead === 0) {
          if (starts[starts.length - 1] < offset) starts.push(offset);
          break;
        }
        const chunk = buffer.subarray(0, bytesRead);
        for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) {
          starts.push(offset + at + 1);
        }
        offset += bytesRead;
      }
    });
    this.starts = starts;
    this.found = null;
    this.version += 1;
  }

  /** Chooses the lines that a search wants; an empty search reads nothing. */
  async choose({ search }: PromptQuery): Promise<PromptCounts> {
    this.version += 1;
    const { version } = this;
    this.problems = 0;
    if (search.trim() === '') {
      this.found = null;
      return this.counts();
    }
    const wants = rowFilter(search);
    const found: number[] = [];
    const count = this.starts.length - 1;
    for (let first = 0; first < count && version === this.version; first += 1000) {
      const lines = await this.read(first, Math.min(count, first + 1000));
      lines.forEach((text, at) => {
        const row = tableRow(text);
        if (row === undefined) return;
        if (row.isProblem) this.problems += 1;
        if (wants(row)) found.push(first + at);
      });
    }
    if (version === this.version) this.found = found;
    return this.counts();
  }

  counts(): PromptCounts {
    const total = this.starts.length - 1;
    const matching = this.found?.length ?? total;
    return { version: this.version, matching, total, problems: this.problems, readOnly };
  }

  /** The rows at positions of what was chosen. */
  async rowsAt(
    from: number,
    count: number,
  ): Promise<{ version: number; from: number; rows: PromptRow[] }> {
    const { version, found } = this;
    const until = Math.min(from + count, this.counts().matching);
    const lines =
      found === null
        ? Array.from({ length: Math.max(0, until - from) }, (_, at) => from + at)
        : found.slice(from, until);
    const texts =
      found === null
        ? await this.read(from, until)
        : await Promise.all(lines.map(async (line) => (await this.read(line, line + 1))[0]));
    const rows = texts.flatMap((text, at) => {
      const row = tableRow(text);
      return row === undefined ? [] : [sentRow(row, lines[at], promptColumns)];
    });
    return { version, from, rows };
  }

  /** The text of one line's prompt. */
  async text(line: number): Promise<string> {
    const [text] = await this.read(line, line + 1);
    return tableRow(text)?.text ?? text;
  }

  /** The lines from one to before another, in reads of at most one megabyte a line. */
  private read(first: number, until: number): Promise<string[]> {
    return this.withFile(async (file) => {
      const lines: string[] = [];
      for (let line = first; line < until; line++) {
        const start = this.starts[line];
        let last = line;
        while (last + 1 < until && this.starts[last + 2] - start < chunkBytes) last += 1;
        const length = Math.min(this.starts[last + 1] - start, Math.max(chunkBytes, longestLine));
        const buffer = Buffer.alloc(length);
        const { bytesRead } = await file.read(buffer, 0, length, start);
        for (let at = line; at <= last; at++) {
          const from = this.starts[at] - start;
          const to = Math.min(bytesRead, this.starts[at + 1] - start);
          lines.push(buffer.toString('utf8', from, to).replace(/\r?\n$/, ''));
        }
        line = last;
      }
      return lines;
    });
  }

  private async withFile<T>(work: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await open(this.path, 'r');
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }
}
