/** Which other runs are drawn over this one, and how each is told from the others. */
import * as l10n from '@vscode/l10n';
import type { RunEntry } from '../../src/protocol/panels.ts';
import { element } from '../components/element.ts';
import { runStyle, type RunStyle } from './curve.ts';
import { stageLabels, stateLabels } from './runHeader.ts';
import { swatch } from './swatch.ts';

/** A run that is drawn. */
export interface PickedRun extends RunStyle {
  readonly id: string;
}

/** A list of native check boxes in a disclosure, and the legend of what is drawn. */
export class OverlayPicker {
  readonly root = element('details', { class: 'overlay' });
  readonly #summary = element('summary', {}, l10n.t('Overlay other runs'));
  readonly #list = element('ul');
  readonly #toggled: (id: string, on: boolean) => void;

  /** `opened` is called when the list is wanted, `toggled` when a run is to come or to go. */
  constructor(opened: () => void, toggled: (id: string, on: boolean) => void) {
    this.#toggled = toggled;
    this.root.append(this.#summary, this.#list);
    this.root.addEventListener('toggle', () => {
      if (this.root.open) opened();
    });
  }

  /** Shows the runs that can be chosen, and those chosen; `drawn` is everything in its order. */
  update(others: readonly RunEntry[], drawn: readonly string[], chosen: readonly string[]): void {
    const count = chosen.length;
    this.#summary.textContent =
      count === 0
        ? l10n.t('Overlay other runs')
        : count === 1
          ? l10n.t('Overlaid with 1 run')
          : l10n.t`Overlaid with ${count} runs`;
    this.#list.replaceChildren(
      ...(others.length === 0
        ? [element('li', { class: 'quiet' }, l10n.t('There is no other run.'))]
        : []),
      ...others.map((run) => this.#row(run, drawn)),
    );
  }

  #row({ id, stage, state }: RunEntry, drawn: readonly string[]): HTMLElement {
    const at = drawn.indexOf(id);
    const box = element('input', { type: 'checkbox', checked: at !== -1 });
    box.addEventListener('input', () => this.#toggled(id, box.checked));
    const line = at === -1 ? [] : [swatch(runStyle(at, drawn.length), 'blue')];
    const named = stage === undefined ? [] : [stageLabels[stage]];
    const what = [...named, stateLabels[state].toLowerCase()].join(', ');
    return element(
      'li',
      {},
      element('label', {}, box, ...line, id, element('span', { class: 'quiet' }, what)),
    );
  }
}
