/** What the panel says when there is nothing to rank, and how to get something. */
import * as l10n from '@vscode/l10n';
import type { rankingCommands } from '../../src/protocol/rankingPanel.ts';
import { button, element } from '../components/element.ts';

/** A friendly empty state. `run` asks the host for a command. */
export function emptyQueue(
  {
    progress: { total, done },
    why,
  }: {
    readonly progress: { readonly total: number; readonly done: number };
    readonly why: string;
  },
  run: (command: (typeof rankingCommands)[number]) => void,
): HTMLElement {
  const allDone = total > 0;
  return element(
    'section',
    { class: 'empty' },
    element('h2', {}, allDone ? l10n.t('All ranked') : l10n.t('Nothing to rank yet')),
    element(
      'p',
      {},
      [why, ...(allDone ? [l10n.t`You have ranked or skipped ${done}.`] : [])].join(' '),
    ),
    element(
      'div',
      { class: 'actions' },
      button(l10n.t('Sample Completions…'), () => run('sampleCompletions'), { primary: true }),
      ...(allDone
        ? []
        : [button(l10n.t('Create Sample Project…'), () => run('createSampleProject'))]),
    ),
  );
}
