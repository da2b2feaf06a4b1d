/** The columns of the comparison: which model or checkpoint, asked how, drawn how. */
import * as l10n from '@vscode/l10n';
import type { CompareSnapshot } from '../../src/protocol/comparePanel.ts';
import { promptFormats } from '../../src/protocol/records.ts';
import { button, element } from '../components/element.ts';
import { formatLabels, ownInWords, type Column, type Settings } from './compareState.ts';
import { SettingFields } from './settingFields.ts';

/** What the list is made over. */
export interface ColumnTools {
  readonly models: CompareSnapshot['models'];
  /** What a column's own settings begin with. */
  readonly shared: () => Settings;
  readonly changed: () => void;
}

/** A list of columns, each of which can be changed and removed. */
export class ColumnList {
  readonly root = element('div', { class: 'columns-chosen' });
  readonly #tools: ColumnTools;
  readonly #list = element('ol', { 'aria-label': l10n.t('Columns') });
  #columns: readonly Column[];

  /** Columns whose model is gone are dropped; without any, the base stands beside the newest model. */
  constructor(columns: readonly Column[], tools: ColumnTools) {
    this.#tools = tools;
    const { models } = tools;
    const known = columns.filter(({ model }) => models.some(({ ref }) => ref === model));
    const whole = models.filter(({ run }) => run === undefined);
    const first = new Set([whole.at(-1)?.ref, whole.at(0)?.ref].filter((ref) => ref !== undefined));
    this.#columns = known.length > 0 ? known : [...first].map(newColumn);
    this.root.append(
      this.#list,
      button(l10n.t('Add Column'), () => this.#add()),
    );
    this.#draw();
  }

  get columns(): readonly Column[] {
    return this.#columns;
  }

  /** What a column is called: its model, what of its settings is its own, and a number among its like. */
  label(key: string): string {
    const column = this.#columns.find((each) => each.key === key);
    if (column === undefined) return key;
    const name = this.#name(column);
    const alike = this.#columns.filter((each) => this.#name(each) === name);
    return alike.length === 1 ? name : `${name} (${alike.indexOf(column) + 1})`;
  }

  #name(column: Column): string {
    const { models } = this.#tools;
    const model = models.find(({ ref }) => ref === column.model);
    const label = model?.label ?? column.model;
    const alike = models.filter((each) => each.label === label).length > 1;
    const own = ownInWords(column);
    return `${label}${alike ? ` (${column.model})` : ''}${own === '' ? '' : ` · ${own}`}`;
  }

  #add(): void {
    const model = this.#columns.at(-1)?.model ?? this.#tools.models.at(0)?.ref;
    if (model === undefined) return;
    this.#set([...this.#columns, newColumn(model)]);
    this.#list.querySelector<HTMLElement>('li:last-child select')?.focus();
  }

  #set(columns: readonly Column[]): void {
    this.#columns = columns;
    this.#draw();
    this.#tools.changed();
  }

  #draw(): void {
    this.#list.replaceChildren(...this.#columns.map((column, at) => this.#item(column, at)));
  }

  /** The fields of a column; they are made anew only when the list itself changes, so that focus stays. */
  #item(column: Column, at: number): HTMLElement {
    const model = this.#modelChoice(column.model);
    const format = element(
      'select',
      {},
      ...promptFormats.map((value) =>
        element('option', { value, selected: value === column.format }, formatLabels[value]),
      ),
    );
    const own = element('input', { type: 'checkbox', checked: column.own !== undefined });
    let fields = new SettingFields(column.own ?? {});
    fields.root.hidden = column.own === undefined;
    const warning = element('span', { class: 'quiet' });
    const read = () => {
      const [chosen = 'text'] = promptFormats.filter((each) => each === format.value);
      const found = this.#tools.models.find(({ ref }) => ref === model.value);
      warning.textContent =
        chosen === 'model' && found?.template === false ? l10n.t('has no chat template') : '';
      return {
        key: newKey(),
        model: model.value,
        format: chosen,
        ...(own.checked ? { own: fields.values } : {}),
      };
    };
    read();
    own.addEventListener('change', () => {
      const made = new SettingFields(own.checked ? this.#tools.shared() : {});
      made.root.hidden = !own.checked;
      fields.root.replaceWith(made.root);
      fields = made;
    });
    const remove = button(l10n.t('Remove'), () => {
      this.#set(this.#columns.filter((_, other) => other !== at));
    });
    remove.setAttribute('aria-label', l10n.t`Remove column ${at + 1}`);
    remove.disabled = this.#columns.length === 1;
    model.setAttribute('aria-label', l10n.t('Model'));
    format.setAttribute('aria-label', l10n.t('Prompt format'));
    const item = element(
      'div',
      { role: 'group', 'aria-label': l10n.t`Column ${at + 1}` },
      element('label', {}, l10n.t('Model'), model),
      element('label', {}, l10n.t('Prompt format'), format),
      warning,
      element('label', {}, own, l10n.t('Own settings')),
      fields.root,
      remove,
    );
    item.addEventListener('change', (event) => {
      event.stopPropagation();
      this.#columns = this.#columns.map((each, other) => (other === at ? read() : each));
      this.#tools.changed();
    });
    return element('li', {}, item);
  }

  #modelChoice(chosen: string): HTMLSelectElement {
    const { models } = this.#tools;
    const groups = new Map<string, HTMLElement[]>();
    for (const { ref, label, detail, run } of models) {
      const group = run === undefined ? l10n.t('Models') : l10n.t`Checkpoints of ${run}`;
      const text = detail === '' ? label : `${label} — ${detail}`;
      const made = element('option', { value: ref, selected: ref === chosen }, text);
      groups.set(group, [...(groups.get(group) ?? []), made]);
    }
    return element(
      'select',
      { class: 'model' },
      ...[...groups].map(([label, options]) => element('optgroup', { label }, ...options)),
    );
  }
}

function newColumn(model: string): Column {
  return { key: newKey(), model, format: 'text' };
}

function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
}
