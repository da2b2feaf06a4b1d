/** Which models, how they are sampled, and how the completions are shown. */
import * as l10n from '@vscode/l10n';
import type { CompareSnapshot } from '../../src/protocol/comparePanel.ts';
import { button, element } from '../components/element.ts';
import { ColumnList } from './columnList.ts';
import type { CompareState } from './compareState.ts';
import { SettingFields } from './settingFields.ts';

/** What the controls do. */
export interface ControlActions {
  readonly changed: () => void;
  readonly write: () => void;
  readonly stop: () => void;
  readonly addPrompt: (text: string) => void;
}

/** Native controls over a snapshot's models. */
export class CompareControls {
  readonly root = element('div', { class: 'compare-controls' });
  readonly #columns: ColumnList;
  readonly #settings: SettingFields;
  readonly #blind: HTMLInputElement;
  readonly #differences: HTMLInputElement;
  readonly #one: HTMLInputElement;
  /** What is there for all prompts, and not for one. */
  readonly #forAll: readonly HTMLElement[];

  constructor(snapshot: CompareSnapshot, state: CompareState, actions: ControlActions) {
    const { models, sampling } = snapshot;
    this.#settings = new SettingFields({
      temperature: state.temperature ?? sampling.temperature,
      topP: state.topP ?? sampling.topP ?? 1,
      maxTokens: state.maxTokens ?? sampling.maxTokens,
      seed: state.seed ?? sampling.seed ?? 1,
    });
    this.#columns = new ColumnList(state.columns, {
      models,
      shared: () => this.#settings.values,
      changed: actions.changed,
    });
    this.root.append(this.#columns.root, this.#settings.root);
    const box = (name: string, checked: boolean) => {
      const input = element('input', { type: 'checkbox', checked });
      this.root.append(element('label', {}, input, name));
      return input;
    };
    this.#blind = box(l10n.t('Blind'), state.blind);
    this.#differences = box(l10n.t('Differences from the first'), state.differences);
    this.#one = box(l10n.t('One prompt at a time'), (snapshot.view ?? state.view) === 'one');
    const typed = element('textarea', { rows: 2, 'aria-label': l10n.t('A prompt of your own') });
    typed.placeholder = l10n.t('A prompt of your own');
    this.#forAll = [
      element(
        'div',
        { class: 'own' },
        typed,
        button(l10n.t('Add Prompt'), () => {
          if (typed.value.trim() === '') return;
          actions.addPrompt(typed.value);
          typed.value = '';
        }),
      ),
      element(
        'div',
        { class: 'actions' },
        button(l10n.t('Write All'), actions.write, { primary: true }),
        button(l10n.t('Stop'), actions.stop),
      ),
    ];
    this.root.append(...this.#forAll);
    this.root.addEventListener('change', (event) => {
      if (event.target !== typed) actions.changed();
    });
  }

  /** See {@link ColumnList.label}. */
  label(key: string): string {
    return this.#columns.label(key);
  }

  /** Turns to one view, as a command wants. */
  turn(view: CompareState['view']): void {
    this.#one.checked = view === 'one';
  }

  /** Shows what belongs to the view. */
  update(): void {
    for (const each of this.#forAll) each.hidden = this.#one.checked;
  }

  /** What the controls say. */
  get state(): Omit<CompareState, 'rows' | 'at'> {
    return {
      columns: [...this.#columns.columns],
      ...this.#settings.values,
      view: this.#one.checked ? 'one' : 'all',
      blind: this.#blind.checked,
      differences: this.#differences.checked,
    };
  }
}
