/** Search, filters, and what is done to many rows at once. */
import {
  columnChoices,
  editableColumns,
  type EditableColumn,
  type PromptChanges,
  type PromptCounts,
} from '../../src/protocol/promptTable.ts';
import { button, element } from '../components/element.ts';
import { changeOf, fieldOf } from './cellEditor.ts';
import { columnNames } from './columns.ts';

/** What the toolbar asks of the table. */
export interface ToolbarActions {
  readonly search: (text: string) => void;
  readonly bulk: (changes: PromptChanges) => void;
  readonly selectAll: () => void;
  readonly selectNone: () => void;
  readonly openText: () => void;
}

type Filtered = 'category' | 'split';
const bulkColumns = editableColumns.filter((column) => column !== 'prompt');
const number = (value: number): string => value.toLocaleString('en');

/** See the file's header. */
export class Toolbar {
  readonly root: HTMLElement;
  readonly #actions: ToolbarActions;
  readonly #search: HTMLInputElement;
  readonly #filters: ReadonlyMap<Filtered, HTMLSelectElement>;
  readonly #counts = element('p', { class: 'quiet counts' });
  readonly #selected = element('span');
  readonly #selection: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(search: string, actions: ToolbarActions) {
    this.#actions = actions;
    this.#search = element('input', {
      type: 'search',
      'aria-label': 'Search prompts',
      placeholder: 'Search: words, field:value, -not, "exact", is:problem',
    });
    this.#search.value = search;
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#tell(), 150);
    });
    this.#filters = new Map([
      ['category', this.#filter('category')],
      ['split', this.#filter('split')],
    ]);
    this.#selection = element(
      'div',
      { class: 'selection', hidden: true },
      this.#selected,
      ...this.#bulk(),
    );
    const open = button('Open as Text', actions.openText);
    this.root = element(
      'div',
      { class: 'toolbar', role: 'search' },
      element('div', { class: 'line' }, this.#search, ...this.#filters.values(), open),
      this.#selection,
      this.#counts,
    );
  }

  /** Moves the focus to the search. */
  focus(): void {
    this.#search.focus();
    this.#search.select();
  }

  /** Says how many rows there are. */
  showCounts({ matching, total, problems, readOnly }: PromptCounts): void {
    const some = matching === total ? number(total) : `${number(matching)} of ${number(total)}`;
    const bad = problems === 0 ? '' : ` · ${number(problems)} with a problem`;
    const locked = readOnly === undefined ? '' : ` · ${readOnly}`;
    this.#counts.textContent = `${some} prompts${bad}${locked}`;
  }

  /** Offers what can be done to so many selected rows. */
  showSelected(count: number): void {
    this.#selection.hidden = count === 0;
    this.#selected.textContent = `${number(count)} selected`;
  }

  #filter(column: Filtered): HTMLSelectElement {
    const name = columnNames[column].toLowerCase();
    const select = element(
      'select',
      { 'aria-label': `Shown ${name}` },
      element('option', { value: '' }, `Any ${name}`),
      ...columnChoices[column].map((each) => element('option', { value: each }, each)),
      element('option', { value: 'none' }, `without ${name}`),
    );
    select.addEventListener('change', () => this.#tell());
    return select;
  }

  #tell(): void {
    const terms = [...this.#filters].flatMap(([column, { value }]) => {
      if (value === '') return [];
      return value === 'none' ? [`${column}:none`] : [`${column}:"${value}"`];
    });
    this.#actions.search([this.#search.value.trim(), ...terms].join(' ').trim());
  }

  #bulk(): HTMLElement[] {
    const { bulk, selectAll, selectNone } = this.#actions;
    const options = bulkColumns.map((each) =>
      element('option', { value: each }, columnNames[each]),
    );
    const column = element('select', { 'aria-label': 'Field to set' }, ...options);
    const chosen = (): EditableColumn =>
      bulkColumns.find((each) => each === column.value) ?? 'category';
    const slot = element('span');
    let field = fieldOf(chosen(), '');
    const show = (): void => {
      field = fieldOf(chosen(), '');
      slot.replaceChildren(field);
    };
    column.addEventListener('change', show);
    show();
    return [
      element('span', { class: 'quiet' }, 'Set'),
      column,
      slot,
      button('Apply', () => bulk(changeOf(chosen(), field.value)), { primary: true }),
      button('Select All Shown', selectAll),
      button('Select None', selectNone),
    ];
  }
}
