/** What the panel says when there is nothing to rank, and how to get something. */
import type { rankingCommands } from '../../src/protocol/panels.ts';
import { button, element } from '../components/element.ts';

/** A friendly empty state. `run` asks the host for a command. */
export function emptyQueue(
  { total, done }: { readonly total: number; readonly done: number },
  run: (command: (typeof rankingCommands)[number]) => void,
): HTMLElement {
  const allDone = total > 0;
  return element(
    'section',
    { class: 'empty' },
    element('h2', {}, allDone ? 'All ranked' : 'Nothing to rank yet'),
    element(
      'p',
      {},
      allDone
        ? `You have ranked or skipped all ${done} tasks. Sample more completions to go on.`
        : 'A task needs a prompt with at least two completions. Sample some from a model, or start with the sample project, which brings its own.',
    ),
    element(
      'div',
      { class: 'actions' },
      button('Sample Completions…', () => run('sampleCompletions'), { primary: true }),
      ...(allDone ? [] : [button('Create Sample Project…', () => run('createSampleProject'))]),
    ),
  );
}
