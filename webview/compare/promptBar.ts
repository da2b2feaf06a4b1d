/** The playground's prompt: one at a time, to be changed and asked again. */
import * as l10n from '@vscode/l10n';
import { button, element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import type { Row } from './compareState.ts';

/** What the bar does. */
export interface PromptBarActions {
  /** Writes a row, or a prompt that was typed. */
  readonly write: (prompt: Row | string) => void;
  readonly stop: () => void;
  /** Shows another row. */
  readonly go: (row: Row) => void;
}

/** A text area with the prompt; Ctrl+Enter writes. */
export class PromptBar {
  readonly root: HTMLElement;
  readonly #actions: PromptBarActions;
  readonly #text = element('textarea', { rows: 4, 'aria-label': l10n.t('Prompt') });
  readonly #where = element('span', { class: 'quiet' });
  readonly #before: HTMLButtonElement;
  readonly #after: HTMLButtonElement;
  #rows: readonly Row[] = [];
  #at = 0;
  #shown: string | undefined;

  constructor(actions: PromptBarActions) {
    this.#actions = actions;
    this.#before = button(l10n.t('Previous'), () => this.#step(-1));
    this.#after = button(l10n.t('Next'), () => this.#step(1));
    const stop = button(l10n.t('Stop'), actions.stop);
    this.root = element(
      'div',
      { class: 'prompt-bar' },
      this.#text,
      element(
        'div',
        { class: 'actions' },
        button(l10n.t('Write'), () => this.#write(), { primary: true, key: 'Ctrl+Enter' }),
        stop,
        this.#before,
        this.#after,
        this.#where,
      ),
    );
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.#write();
    });
  }

  /** Shows where among the rows we are. What is being typed stays until another row is shown. */
  update(rows: readonly Row[], at: number): void {
    this.#rows = rows;
    this.#at = at;
    const row = rows.at(at);
    this.#before.disabled = at <= 0;
    this.#after.disabled = at >= rows.length - 1;
    this.#where.textContent = rows.length === 0 ? '' : l10n.t`${at + 1} of ${rows.length}`;
    if (row?.row === this.#shown) return;
    this.#shown = row?.row;
    this.#text.value = visibleText(row?.text ?? '');
  }

  #write(): void {
    const row = this.#rows.at(this.#at);
    const typed = this.#text.value;
    if (typed.trim() === '') return;
    this.#actions.write(row !== undefined && typed === visibleText(row.text) ? row : typed);
  }

  #step(by: number): void {
    const row = this.#rows.at(this.#at + by);
    if (row !== undefined) this.#actions.go(row);
  }
}
