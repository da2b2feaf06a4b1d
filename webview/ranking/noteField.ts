/** A labeler's note on one completion: shut until it is asked for, open where there is one. */
import * as l10n from '@vscode/l10n';
import { longestNote } from '../../src/protocol/rankingPanel.ts';
import { element } from '../components/element.ts';
import { letter } from './decisions.ts';
import type { RankingAction } from './rankingState.ts';

/** See the file's header. What is typed becomes one decision when the field is left. */
export class NoteField {
  readonly root: HTMLElement;
  readonly #field: HTMLTextAreaElement;

  constructor(index: number, act: (action: RankingAction) => void) {
    const id = `note-${letter(index)}`;
    this.#field = element('textarea', { id, rows: 2, maxlength: longestNote });
    this.root = element(
      'div',
      { class: 'note', hidden: true },
      element('label', { for: id }, l10n.t`Note on completion ${letter(index)}`),
      this.#field,
    );
    this.#field.addEventListener('change', () =>
      act({ type: 'note', note: this.#field.value, index }),
    );
    this.#field.addEventListener('keydown', (event) => {
      const done = event.key === 'Escape' || (event.key === 'Enter' && event.ctrlKey);
      if (!done) return;
      event.preventDefault();
      event.stopPropagation();
      this.#field.blur();
    });
  }

  /** Shows the note; what is being typed stays. */
  update(note: string): void {
    if (document.activeElement === this.#field) return;
    this.#field.value = note;
    this.root.hidden = note === '';
  }

  open(): void {
    this.root.hidden = false;
    this.#field.focus();
  }
}
