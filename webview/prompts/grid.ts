/** The rows in sight as an ARIA grid: few elements, whatever the length of the table. */
import * as l10n from '@vscode/l10n';
import {
  promptColumns,
  type PromptColumn,
  type PromptQuery,
  type PromptRow,
} from '../../src/protocol/promptTable.ts';
import { element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import { columnNames } from './columns.ts';
import { rowWindow, scrollTo, type RowWindow } from './rowWindow.ts';

/** What the grid asks of the table. */
export interface GridActions {
  /** The row at a position; undefined while it is not here yet. */
  readonly row: (at: number) => PromptRow | undefined;
  /** Rows in sight, to be fetched where they are not here. */
  readonly want: (window: RowWindow) => void;
  readonly isSelected: (line: number) => boolean;
  readonly sort: (column: PromptColumn) => void;
  readonly toggle: (at: number) => void;
  readonly edit: (at: number, column: PromptColumn, cell: HTMLElement) => void;
}

/** The height of a row, as in the style sheet. */
const rowPx = 28;

/** See the file's header. */
export class Grid {
  readonly root: HTMLElement;
  readonly #actions: GridActions;
  readonly #head = element('div', { class: 'head', role: 'row', 'aria-rowindex': 1 });
  readonly #space = element('div', { class: 'space', role: 'presentation' });
  readonly #body = element('div', { class: 'body', role: 'rowgroup' });
  #total = 0;
  #active = { row: 0, column: 0 };

  constructor(actions: GridActions) {
    this.#actions = actions;
    this.#space.append(this.#body);
    this.#head.append(...promptColumns.map((column, at) => this.#heading(column, at)));
    const attributes = {
      class: 'grid',
      role: 'grid',
      tabindex: 0,
      'aria-label': l10n.t('Prompts'),
      'aria-multiselectable': 'true',
      'aria-colcount': promptColumns.length,
    };
    const head = element('div', { role: 'rowgroup', class: 'head-group' }, this.#head);
    this.root = element('div', attributes, head, this.#space);
    this.root.addEventListener('scroll', () => this.draw(), { passive: true });
    this.root.addEventListener('keydown', (event) => this.#key(event));
    this.#body.addEventListener('click', (event) => this.#click(event));
    this.#body.addEventListener('dblclick', () => this.#edit());
    new ResizeObserver(() => this.draw()).observe(this.root);
  }

  /** Shows a table of so many rows. */
  show(total: number, sort: PromptQuery['sort']): void {
    this.#total = total;
    this.root.setAttribute('aria-rowcount', String(total + 1));
    this.#active.row = Math.min(this.#active.row, Math.max(0, total - 1));
    promptColumns.forEach((column, at) => {
      const own = sort?.column === column ? (sort.descending ? 'descending' : 'ascending') : 'none';
      this.#head.children[at].setAttribute('aria-sort', own);
    });
    this.draw();
  }

  /** Draws the rows in sight. */
  draw(): void {
    const window = rowWindow(this.#total, rowPx, this.#viewPx, this.root.scrollTop);
    this.#space.style.height = `${window.heightPx}px`;
    this.#body.style.transform = `translateY(${window.topPx}px)`;
    this.#actions.want(window);
    if (this.#body.querySelector('.editing') !== null) return; // not under somebody's hands
    const rows = Array.from({ length: window.count }, (_, at) => this.#row(window.first + at));
    this.#body.replaceChildren(...rows);
    const active = this.#body.querySelector('.active');
    if (active === null) this.root.removeAttribute('aria-activedescendant');
    else this.root.setAttribute('aria-activedescendant', active.id);
  }

  get #viewPx(): number {
    return Math.max(rowPx, this.root.clientHeight - rowPx);
  }

  #heading(column: PromptColumn, at: number): HTMLElement {
    const sorts = element('button', { type: 'button', tabindex: -1 }, columnNames[column]);
    sorts.addEventListener('click', () => this.#actions.sort(column));
    const attributes = { role: 'columnheader', class: `cell ${column}`, 'aria-colindex': at + 1 };
    return element('div', attributes, sorts);
  }

  #row(at: number): HTMLElement {
    const row = this.#actions.row(at);
    const selected = row !== undefined && this.#actions.isSelected(row.line);
    const classes = [
      'row',
      ...(selected ? ['selected'] : []),
      ...(row?.problem === undefined ? [] : ['bad']),
    ];
    const made = element('div', {
      role: 'row',
      class: classes.join(' '),
      'aria-rowindex': at + 2,
      'aria-selected': String(selected),
      'data-at': at,
    });
    made.append(...promptColumns.map((column, index) => this.#cell(row, column, at, index)));
    return made;
  }

  #cell(row: PromptRow | undefined, column: PromptColumn, at: number, index: number): HTMLElement {
    const active = at === this.#active.row && index === this.#active.column;
    const problem = column === 'category' ? row?.problem : undefined;
    const text = row === undefined ? '…' : oneLine(problem ?? row.cells[column] ?? '');
    return element(
      'div',
      {
        role: 'gridcell',
        id: `cell-${at}-${index}`,
        class: `cell ${column}${active ? ' active' : ''}`,
        title: problem,
        'aria-colindex': index + 1,
        'data-column': index,
      },
      text,
    );
  }

  #click(event: MouseEvent): void {
    const cell = event.target instanceof Element ? event.target.closest('.cell') : null;
    const row = cell?.closest('.row');
    if (!(cell instanceof HTMLElement) || !(row instanceof HTMLElement)) return;
    if (cell.classList.contains('editing')) return;
    this.#active = { row: Number(row.dataset['at']), column: Number(cell.dataset['column']) };
    // The cells stay: to replace them between two clicks would swallow the double click.
    this.#body.querySelector('.active')?.classList.remove('active');
    cell.classList.add('active');
    this.root.setAttribute('aria-activedescendant', cell.id);
    if (event.ctrlKey || event.metaKey) this.#actions.toggle(this.#active.row);
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.root || event.altKey) return;
    const page = Math.max(1, Math.floor(this.#viewPx / rowPx) - 1);
    const columns = promptColumns.length;
    const moves = new Map([
      ['ArrowUp', [-1, 0]],
      ['ArrowDown', [1, 0]],
      ['ArrowLeft', [0, -1]],
      ['ArrowRight', [0, 1]],
      ['PageUp', [-page, 0]],
      ['PageDown', [page, 0]],
      ['Home', event.ctrlKey ? [-this.#total, 0] : [0, -columns]],
      ['End', event.ctrlKey ? [this.#total, 0] : [0, columns]],
    ]);
    const move = moves.get(event.key);
    if (move !== undefined) this.#move(move[0], move[1]);
    else if (event.ctrlKey || event.metaKey) return;
    else if (event.key === 'Enter' || event.key === 'F2') this.#edit();
    else if (event.key === ' ') this.#actions.toggle(this.#active.row);
    else return;
    event.preventDefault();
  }

  #move(rows: number, columns: number): void {
    const { row, column } = this.#active;
    this.#active = {
      row: Math.max(0, Math.min(this.#total - 1, row + rows)),
      column: Math.max(0, Math.min(promptColumns.length - 1, column + columns)),
    };
    const { scrollTop } = this.root;
    this.root.scrollTop = scrollTo(this.#active.row, this.#total, rowPx, this.#viewPx, scrollTop);
    this.draw();
    this.#body.querySelector('.active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #edit(): void {
    const cell = this.#body.querySelector('.active');
    if (!(cell instanceof HTMLElement) || cell.classList.contains('editing')) return;
    this.#actions.edit(this.#active.row, promptColumns[this.#active.column], cell);
  }
}

function oneLine(text: string): string {
  return visibleText(text.replace(/\s*\n\s*/g, ' ⏎ '));
}
