/** Whose the completions of the task saved last were. */
import * as l10n from '@vscode/l10n';
import type { Revealed } from '../../src/protocol/rankingPanel.ts';
import { element } from '../components/element.ts';
import { letter } from './decisions.ts';

/** One line a completion, in the order in which they were shown. */
export function revealedBox(revealed: Revealed): HTMLElement {
  return element(
    'details',
    { class: 'revealed' },
    element('summary', {}, l10n.t('The task before: which model wrote what')),
    element(
      'ul',
      {},
      ...revealed.map(({ model, rank }, index) =>
        element(
          'li',
          {},
          `${letter(index)}: ${model}`,
          element('span', { class: 'quiet' }, rank === null ? '' : ` · ${l10n.t`rank ${rank}`}`),
        ),
      ),
    ),
  );
}
