/** The prompt table as a whole: rows from the host as they come into sight, edits back to it. */
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { toErrorData } from '../../src/protocol/errors.ts';
import {
  editableColumns,
  promptQuerySchema,
  type PromptChanges,
  type PromptColumn,
  type PromptQuery,
  type PromptRow,
  type promptTableContract,
} from '../../src/protocol/promptTable.ts';
import { element } from '../components/element.ts';
import type { LiveRegion } from '../components/liveRegion.ts';
import type { PanelClient } from '../components/panelClient.ts';
import { problemBox } from '../components/problemBox.ts';
import type { VsCodeApi } from '../components/vscodeApi.ts';
import { editCell } from './cellEditor.ts';
import { Grid } from './grid.ts';
import type { RowWindow } from './rowWindow.ts';
import { Toolbar } from './toolbar.ts';

const stateSchema = z.object({ query: promptQuerySchema });
/** Rows are fetched by so many. */
const pageRows = 100;

/** See the file's header. */
export class PromptTable {
  readonly root = element('main', { class: 'prompts', 'data-panel': 'prompts' });
  readonly #client: PanelClient<typeof promptTableContract>;
  readonly #live: LiveRegion;
  readonly #api: Pick<VsCodeApi, 'getState' | 'setState'>;
  readonly #toolbar: Toolbar;
  readonly #grid: Grid;
  readonly #problem = element('div');
  readonly #rows = new Map<number, PromptRow>();
  /** The positions from which pages were asked for, with the choice they belong to. */
  #wanted = new Set<number>();
  readonly #selected = new Set<number>();
  #query: PromptQuery;
  #readOnly: string | undefined;

  constructor(
    client: PanelClient<typeof promptTableContract>,
    live: LiveRegion,
    api: Pick<VsCodeApi, 'getState' | 'setState'>,
  ) {
    this.#client = client;
    this.#live = live;
    this.#api = api;
    const kept = stateSchema.safeParse(api.getState()).data;
    this.#query = kept?.query ?? { search: '', sort: null };
    this.#toolbar = new Toolbar(this.#query.search, {
      search: (search) => void this.#choose({ ...this.#query, search }, true),
      bulk: (changes) => void this.#bulk(changes),
      selectAll: () => void this.#selectAll(),
      selectNone: () => this.#select(() => this.#selected.clear()),
      openText: () => void this.#try(() => this.#client.request('openText', {})),
    });
    this.#grid = new Grid({
      row: (at) => this.#rows.get(at),
      want: (window) => this.#fetch(window),
      isSelected: (line) => this.#selected.has(line),
      sort: (column) => void this.#sort(column),
      toggle: (at) => this.#toggle(at),
      edit: (at, column, cell) => void this.#edit(at, column, cell),
    });
    const title = element('h1', { class: 'visually-hidden' }, l10n.t('Prompts'));
    this.root.append(title, this.#toolbar.root, this.#problem, this.#grid.root);
  }

  /** Asks for the rows and listens to the keyboard. */
  start(): void {
    this.#client.onEvent = () => void this.#choose(this.#query, false);
    this.#client.onGap = () => void this.#choose(this.#query, false);
    document.addEventListener('keydown', (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      const key = event.key.toLowerCase();
      if (key === 'f') this.#toolbar.focus();
      else if (key === 'a' && event.target === this.#grid.root) void this.#selectAll();
      else return;
      event.preventDefault();
    });
    void this.#choose(this.#query, false);
    this.#grid.root.focus();
  }

  async #choose(query: PromptQuery, say: boolean): Promise<void> {
    this.#query = query;
    this.#api.setState({ query });
    await this.#try(async () => {
      const counts = await this.#client.request('query', query);
      if (query !== this.#query) return; // another choice was made meanwhile
      this.#readOnly = counts.readOnly;
      this.#rows.clear();
      this.#wanted = new Set();
      this.#toolbar.showCounts(counts);
      this.#grid.show(counts.matching, query.sort);
      if (say) this.#live.say(l10n.t`${counts.matching} of ${counts.total} prompts.`);
    });
  }

  #fetch({ first, count }: RowWindow): void {
    const wanted = this.#wanted;
    for (let from = first - (first % pageRows); from < first + count; from += pageRows) {
      if (wanted.has(from)) continue;
      wanted.add(from);
      void this.#try(async () => {
        const { rows } = await this.#client.request('rows', { from, count: pageRows });
        if (wanted !== this.#wanted) return;
        rows.forEach((row, at) => this.#rows.set(from + at, row));
        this.#grid.draw();
      });
    }
  }

  #sort(column: PromptColumn): Promise<void> {
    const { sort } = this.#query;
    const same = sort?.column === column;
    const next = same && sort.descending ? null : { column, descending: same };
    return this.#choose({ ...this.#query, sort: next }, true);
  }

  #toggle(at: number): void {
    const row = this.#rows.get(at);
    if (row === undefined || this.#readOnly !== undefined) return;
    this.#select(() => {
      if (!this.#selected.delete(row.line)) this.#selected.add(row.line);
    });
  }

  async #selectAll(): Promise<void> {
    await this.#try(async () => {
      const { lines } = await this.#client.request('lines', {});
      this.#select(() => lines.forEach((line) => this.#selected.add(line)));
    });
  }

  #select(change: () => void): void {
    change();
    this.#toolbar.showSelected(this.#selected.size);
    this.#grid.draw();
    this.#live.say(l10n.t`${this.#selected.size} selected.`);
  }

  async #edit(at: number, column: PromptColumn, cell: HTMLElement): Promise<void> {
    const row = this.#rows.get(at);
    if (row === undefined) return;
    const { line, cells, problem, isConversation } = row;
    if (problem !== undefined) {
      await this.#try(() => this.#client.request('openText', { line }));
      return;
    }
    const editable = editableColumns.find((each) => each === column);
    const locked = column === 'prompt' && isConversation;
    if (editable === undefined || locked || this.#readOnly !== undefined) {
      this.#live.say(this.#readOnly ?? l10n.t('This cell cannot be edited here.'));
      return;
    }
    const id = cells.id ?? '';
    await this.#try(async () => {
      const value =
        column === 'prompt'
          ? (await this.#client.request('text', { line, id })).text
          : (cells[column] ?? '');
      editCell(cell, editable, value, (changes) => {
        this.#grid.root.focus();
        if (changes === null) this.#grid.draw();
        else void this.#try(() => this.#client.request('edit', { line, id, changes }));
      });
    });
  }

  async #bulk(changes: PromptChanges): Promise<void> {
    await this.#try(async () => {
      const lines = [...this.#selected];
      const { changed } = await this.#client.request('bulk', { lines, changes });
      this.#live.say(l10n.t`${changed} prompts changed.`);
    });
  }

  /** A failure is shown above the table, which stays as it is. */
  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      this.#problem.replaceChildren();
      await work();
    } catch (thrown) {
      this.#problem.replaceChildren(problemBox(toErrorData(thrown)));
      this.#grid.draw();
    }
  }
}
