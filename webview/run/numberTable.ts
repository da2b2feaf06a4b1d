/** The numbers behind the curves, for screen readers and for whoever prefers numbers. */
import * as l10n from '@vscode/l10n';
import type { MetricSeries } from '../../src/protocol/runFold.ts';
import { element } from '../components/element.ts';
import type { DrawnRun } from './curve.ts';
import { number } from './inWords.ts';

const columns = [
  l10n.t('First'),
  l10n.t('Lowest'),
  l10n.t('Highest'),
  l10n.t('Latest'),
  l10n.t('At step'),
];

/** A native table; drawn only while it is open. */
export class NumberTable {
  readonly root = element('details', { class: 'numbers' });
  readonly #body = element('tbody');
  #runs: readonly DrawnRun[] = [];

  constructor() {
    this.root.append(
      element('summary', {}, l10n.t('Numbers')),
      element(
        'div',
        {
          class: 'scroll',
          tabindex: 0,
          role: 'region',
          'aria-label': l10n.t('Metrics in numbers'),
        },
        element(
          'table',
          {},
          element(
            'thead',
            {},
            element(
              'tr',
              {},
              ...[l10n.t('Metric'), ...columns].map((name) =>
                element('th', { scope: 'col' }, name),
              ),
            ),
          ),
          this.#body,
        ),
      ),
    );
    this.root.addEventListener('toggle', () => this.update(this.#runs));
  }

  /** Shows the metrics of all runs that are drawn. They are only read. */
  update(runs: readonly DrawnRun[]): void {
    this.#runs = runs;
    if (!this.root.open) return;
    this.#body.replaceChildren(
      ...runs.flatMap(({ id, metrics }) =>
        [...metrics].map(([name, series]) =>
          row(runs.length === 1 ? name : `${name}, ${id}`, series),
        ),
      ),
    );
  }
}

function row(name: string, { steps, values }: MetricSeries): HTMLElement {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of values) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const cells = [values.at(0), lowest, highest, values.at(-1), steps.at(-1)];
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, name),
    ...cells.map((value) => element('td', {}, number(value ?? NaN))),
  );
}
