/** Which models, and how they are sampled. */
import type { CompareSnapshot } from '../../src/protocol/comparePanel.ts';
import { button, element } from '../components/element.ts';
import type { CompareState } from './compareState.ts';

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
  readonly #boxes: readonly { readonly ref: string; readonly box: HTMLInputElement }[];
  readonly #temperature: HTMLInputElement;
  readonly #topP: HTMLInputElement;
  readonly #maxTokens: HTMLInputElement;
  readonly #seed: HTMLInputElement;
  readonly #blind: HTMLInputElement;
  readonly #differences: HTMLInputElement;

  constructor(snapshot: CompareSnapshot, state: CompareState, actions: ControlActions) {
    const { models, sampling } = snapshot;
    const known = state.models.filter((ref) => models.some((model) => model.ref === ref));
    const first = [models.at(-1)?.ref, models.at(0)?.ref];
    const chosen = known.length > 0 ? known : first;
    this.#boxes = models.map(({ ref, label, detail }) => {
      const box = element('input', { type: 'checkbox', checked: chosen.includes(ref) });
      this.root.append(
        element(
          'label',
          { class: 'model' },
          box,
          label,
          element('span', { class: 'quiet' }, detail),
        ),
      );
      return { ref, box };
    });
    const field = (name: string, value: number, min: number, max: number, step: number) => {
      const input = element('input', { type: 'number', value, min, max, step });
      this.root.append(element('label', {}, name, input));
      return input;
    };
    const { temperature = sampling.temperature, maxTokens = sampling.maxTokens } = state;
    this.#temperature = field('Temperature', temperature, 0, 10, 0.1);
    this.#topP = field('Top p', state.topP ?? sampling.topP ?? 1, 0.01, 1, 0.01);
    this.#maxTokens = field('Most tokens', maxTokens, 1, 2048, 1);
    this.#seed = field('Seed', state.seed ?? sampling.seed ?? 1, 0, 2 ** 31, 1);
    const box = (name: string, checked: boolean) => {
      const input = element('input', { type: 'checkbox', checked });
      this.root.append(element('label', {}, input, name));
      return input;
    };
    this.#blind = box('Blind', state.blind);
    this.#differences = box('Differences from the first', state.differences);
    const typed = element('textarea', { rows: 2, 'aria-label': 'A prompt of your own' });
    typed.placeholder = 'A prompt of your own';
    this.root.append(
      element(
        'div',
        { class: 'own' },
        typed,
        button('Add Prompt', () => {
          if (typed.value.trim() === '') return;
          actions.addPrompt(typed.value);
          typed.value = '';
        }),
      ),
      element(
        'div',
        { class: 'actions' },
        button('Write All', actions.write, { primary: true }),
        button('Stop', actions.stop),
      ),
    );
    this.root.addEventListener('change', (event) => {
      if (event.target !== typed) actions.changed();
    });
  }

  /** What the controls say; numbers that make no sense are left to their defaults. */
  get state(): Omit<CompareState, 'rows'> {
    const number = ({ value, validity }: HTMLInputElement) =>
      validity.valid && value !== '' ? Number(value) : undefined;
    const temperature = number(this.#temperature);
    const topP = number(this.#topP);
    const maxTokens = number(this.#maxTokens);
    const seed = number(this.#seed);
    return {
      models: this.#boxes
        .filter(({ box }) => box.checked)
        .map(({ ref }) => ref)
        .reverse(),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(seed === undefined ? {} : { seed }),
      blind: this.#blind.checked,
      differences: this.#differences.checked,
    };
  }
}
