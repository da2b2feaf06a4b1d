/** The rows of a prompt table: parsed once, kept as lines change, chosen by search and sort. */
import {
  promptColumns,
  type PromptCounts,
  type PromptQuery,
  type PromptRow,
} from '../../protocol/promptTable.ts';
import { rowFilter } from './rowFilter.ts';
import { slices, sortInSlices, type Pause } from './slices.ts';
import { compareBy, sentRow, tableRow, type TableRow } from './tableRow.ts';

/** A run of lines that takes the place of others. */
export interface LineChange {
  /** The first line that is replaced, from 0. */
  readonly start: number;
  /** How many lines go. */
  readonly removed: number;
  /** The lines that come. */
  readonly lines: readonly string[];
}

/** See the file's header. It never keeps the event loop for longer than a few frames. */
export class TableModel {
  /** By line; null is a blank one. */
  private rows: (TableRow | null)[] = [];
  private order: readonly number[] = [];
  private query: PromptQuery = { search: '', sort: null };
  private version = 0;
  private turn = 0;
  private totals = { total: 0, problems: 0 };
  private readonly pause: () => Pause;

  /**
   * @param clock milliseconds, monotonic
   * @param breathe lets others run
   */
  constructor(clock: () => number, breathe: () => Promise<void>) {
    this.pause = () => slices(clock, breathe);
  }

  /** Reads all lines anew. */
  async load(lines: Iterable<string>): Promise<void> {
    const rows: (TableRow | null)[] = [];
    const pause = this.pause();
    for (const line of lines) {
      rows.push(tableRow(line) ?? null);
      await pause();
    }
    this.rows = rows;
    await this.choose(this.query);
  }

  /** Takes in changed lines; as few as the editor says. */
  change({ start, removed, lines }: LineChange): void {
    this.rows.splice(start, removed, ...lines.map((line) => tableRow(line) ?? null));
  }

  /** Chooses rows and puts them in order. Of an id's versions only the newest stands. */
  async choose(query: PromptQuery): Promise<PromptCounts> {
    this.query = query;
    const turn = ++this.turn;
    const { rows } = this;
    const wants = rowFilter(query.search);
    const newest = new Map<string, number>();
    const chosen: number[] = [];
    const pause = this.pause();
    let [total, problems] = [0, 0];
    for (let line = 0; line < rows.length; line++) {
      const id = rows[line]?.prompt?.id;
      if (id !== undefined) newest.set(id, line);
      if (line % 64 === 0) await pause();
    }
    for (let line = 0; line < rows.length; line++) {
      if (line % 64 === 0) await pause();
      const row = rows[line];
      if (row === null) continue;
      const { prompt } = row;
      const stands = prompt === undefined || newest.get(prompt.id) === line;
      if (!stands || prompt?.deleted === true) continue;
      total += 1;
      if (row.isProblem) problems += 1;
      if (wants(row)) chosen.push(line);
    }
    const order = query.sort === null ? chosen : await this.sorted(chosen, query.sort, pause);
    if (turn !== this.turn) return this.counts(); // a later choice has overtaken this one
    this.order = order;
    this.totals = { total, problems };
    this.version += 1;
    return this.counts();
  }

  private sorted(
    lines: readonly number[],
    { column, descending }: NonNullable<PromptQuery['sort']>,
    pause: Pause,
  ): Promise<number[]> {
    const { rows } = this;
    const compare = compareBy(column, descending);
    const byLine = (a: number, b: number): number => {
      const [first, second] = [rows.at(a) ?? null, rows.at(b) ?? null];
      return first === null || second === null ? 0 : compare(first, second);
    };
    return sortInSlices(lines, byLine, pause);
  }

  /** The query that was chosen last, on the rows as they are now. */
  again(): Promise<PromptCounts> {
    return this.choose(this.query);
  }

  counts(): PromptCounts {
    return { version: this.version, matching: this.order.length, ...this.totals };
  }

  /** The rows at positions of the chosen order. */
  rowsAt(
    from: number,
    count: number,
  ): { readonly version: number; readonly from: number; readonly rows: PromptRow[] } {
    const rows = this.order.slice(from, from + count).flatMap((line) => {
      const row = this.rows.at(line) ?? null;
      return row === null ? [] : [sentRow(row, line, promptColumns)];
    });
    return { version: this.version, from, rows };
  }

  /** The lines of the chosen rows, in their order. */
  lines(): readonly number[] {
    return this.order;
  }

  /** A row by its line. */
  at(line: number): TableRow | undefined {
    return this.rows.at(line) ?? undefined;
  }
}
