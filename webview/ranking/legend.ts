/** The keys on screen, so that nobody has to remember them. */
import * as l10n from '@vscode/l10n';
import { element } from '../components/element.ts';
import { legend, type Stage } from './keys.ts';

/** A native disclosure with the table of keys; open at first. */
export class Legend {
  readonly #list = element('dl');
  readonly #box: HTMLInputElement;
  readonly root: HTMLDetailsElement;

  /** `singleKeys` is told whether keys without Ctrl act; some people's software types for them. */
  constructor(on: boolean, singleKeys: (on: boolean) => void) {
    this.#box = element('input', { type: 'checkbox', checked: on });
    this.#box.addEventListener('change', () => singleKeys(this.#box.checked));
    this.root = element(
      'details',
      { class: 'legend', open: true },
      element('summary', {}, l10n.t('Keys')),
      this.#list,
      element('label', { class: 'check' }, this.#box, l10n.t('Single keys act')),
    );
  }

  /** Lists the keys for a task of `count` completions. */
  update(count: number, stage: Stage, twoSteps: boolean): void {
    this.#list.replaceChildren(
      ...legend(count, stage, twoSteps).flatMap(({ keys, does }) => [
        element('dt', {}, ...keys.map((key) => (key === '…' ? '…' : element('kbd', {}, key)))),
        element('dd', {}, does),
      ]),
    );
  }

  toggle(): void {
    this.root.open = !this.root.open;
  }
}
