/** Editing one cell in place. */
import * as l10n from '@vscode/l10n';
import {
  columnChoices,
  type EditableColumn,
  type PromptChanges,
} from '../../src/protocol/promptTable.ts';
import { element } from '../components/element.ts';
import { columnNames } from './columns.ts';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The field for a column, with its value in it. */
export function fieldOf(column: EditableColumn, value: string): Field {
  const label = { 'aria-label': columnNames[column] };
  if (column === 'category' || column === 'split' || column === 'kind') {
    const options = ['', ...columnChoices[column]].map((each) =>
      element(
        'option',
        { value: each, selected: each === value },
        each === '' ? l10n.t('(none)') : each,
      ),
    );
    return element('select', label, ...options);
  }
  const field =
    column === 'prompt'
      ? element('textarea', { ...label, rows: 5 })
      : element('input', { ...label, type: 'text' });
  field.value = value;
  return field;
}

/** What a field says as a change of the record: empty is no value, tags are parted by commas. */
export function changeOf(column: EditableColumn, value: string): PromptChanges {
  if (column !== 'tags') return { [column]: value === '' ? null : value };
  const tags = value
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return { tags: tags.length === 0 ? null : tags };
}

/**
 * Puts a field in the place of a cell's text. Enter and leaving it keep what is in it (in a long
 * text Shift+Enter is a new line), Esc takes it back. `done` is told the change, or null.
 */
export function editCell(
  cell: HTMLElement,
  column: EditableColumn,
  value: string,
  done: (change: PromptChanges | null) => void,
): void {
  const field = fieldOf(column, value);
  const before = [...cell.childNodes];
  let open = true;
  const finish = (keep: boolean): void => {
    if (!open) return;
    open = false;
    cell.classList.remove('editing');
    cell.replaceChildren(...before);
    done(keep && field.value !== value ? changeOf(column, field.value) : null);
  };
  const asElement: HTMLElement = field; // of a union the listener's event has no key
  asElement.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key === 'Escape') finish(false);
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      finish(true);
    }
  });
  field.addEventListener('blur', () => finish(true));
  cell.classList.add('editing');
  cell.replaceChildren(field);
  field.focus();
  if (field instanceof HTMLInputElement) field.select();
}
