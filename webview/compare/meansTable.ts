/** The means of the columns beside each other. */
import * as l10n from '@vscode/l10n';
import { element } from '../components/element.ts';
import { decimals, type CompareMeans } from './compareMeans.ts';

/** A column by its name, and what its completions come to. */
export interface NamedMeans {
  readonly name: string;
  readonly means: CompareMeans;
}

/** A table with a row a column of the comparison. */
export function meansTable(columns: readonly NamedMeans[]): HTMLElement {
  const head = (name: string, title?: string) => element('th', { scope: 'col', title }, name);
  return element(
    'table',
    { class: 'means' },
    element('caption', { class: 'visually-hidden' }, l10n.t('Means of each column')),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        head(l10n.t('Mean of')),
        head(l10n.t('Completions')),
        head(l10n.t('Score'), l10n.t('By the newest reward model')),
        head(
          l10n.t('KL'),
          l10n.t('Against the model that each was trained from, in nats a completion'),
        ),
        head(l10n.t('Words')),
      ),
    ),
    element('tbody', {}, ...columns.map(({ name, means }) => row(name, means))),
  );
}

function row(name: string, { completions, score, kl, words }: CompareMeans): HTMLElement {
  const cell = (value: number | undefined, digits: number) =>
    element('td', {}, value === undefined ? '–' : decimals(value, digits));
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, name),
    cell(completions, 0),
    cell(score, 2),
    cell(kl, 1),
    cell(words, 1),
  );
}
