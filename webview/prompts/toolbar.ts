/** Search, filters, and what is done to many rows at once. */
import * as l10n from '@vscode/l10n';
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
const filterWords = {
  category: {
    shown: l10n.t('Shown category'),
    any: l10n.t('Any category'),
    without: l10n.t('without category'),
  },
  split: {
    shown: l10n.t('Shown split'),
    any: l10n.t('Any split'),
    without: l10n.t('without split'),
  },
} as const satisfies Record<Filtered, unknown>;
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
      'aria-label': l10n.t('Search prompts'),
      placeholder: l10n.t('Search: words, field:value, -not, "exact", is:problem'),
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
    const open = button(l10n.t('Open as Text'), actions.openText);
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
    const some =
      matching === total ? number(total) : l10n.t`${number(matching)} of ${number(total)}`;
    const parts = [
      l10n.t`${some} prompts`,
      ...(problems === 0 ? [] : [l10n.t`${number(problems)} with a problem`]),
      ...(readOnly === undefined ? [] : [readOnly]),
    ];
    this.#counts.textContent = parts.join(' · ');
  }

  /** Offers what can be done to so many selected rows. */
  showSelected(count: number): void {
    this.#selection.hidden = count === 0;
    this.#selected.textContent = l10n.t`${number(count)} selected`;
  }

  #filter(column: Filtered): HTMLSelectElement {
    const { shown, any, without } = filterWords[column];
    const select = element(
      'select',
      { 'aria-label': shown },
      element('option', { value: '' }, any),
      ...columnChoices[column].map((each) => element('option', { value: each }, each)),
      element('option', { value: 'none' }, without),
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
    const column = element('select', { 'aria-label': l10n.t('Field to set') }, ...options);
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
      element('span', { class: 'quiet' }, l10n.t('Set')),
      column,
      slot,
      button(l10n.t('Apply'), () => bulk(changeOf(chosen(), field.value)), { primary: true }),
      button(l10n.t('Select All Shown'), selectAll),
      button(l10n.t('Select None'), selectNone),
    ];
  }
}
