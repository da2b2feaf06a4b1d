/** What the panel says when there is nothing to rank, and how to get something. */
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
    element('h2', {}, allDone ? 'All ranked' : 'Nothing to rank yet'),
    element('p', {}, why, allDone ? ` You have ranked or skipped ${done}.` : ''),
    element(
      'div',
      { class: 'actions' },
      button('Sample Completions…', () => run('sampleCompletions'), { primary: true }),
      ...(allDone ? [] : [button('Create Sample Project…', () => run('createSampleProject'))]),
    ),
  );
}
