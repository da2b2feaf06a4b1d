/** The buttons below a task, and how the labeler wants to be asked. */
import { labelingModes, type LabelingMode } from '../../src/protocol/rankingPanel.ts';
import { button, element } from '../components/element.ts';
import type { KeyCommand } from './keys.ts';

const modeLabels = {
  'rate-then-rank': 'Rate each, then rank',
  rank: 'Rank only',
  pairwise: 'Two at a time',
} as const satisfies Record<LabelingMode, string>;

/** The buttons of a task; `run` does what its key does. */
export function taskButtons(
  options: { readonly rating: boolean; readonly twoSteps: boolean; readonly guideline: boolean },
  run: (command: KeyCommand) => void,
): HTMLButtonElement[] {
  const made = (label: string, key: string, command: KeyCommand, primary = false) =>
    button(label, () => run(command), { key, primary });
  return [
    made(options.rating ? 'Next' : 'Save and Next', 'Enter', { type: 'save' }, true),
    ...(options.twoSteps && !options.rating
      ? [made('Back to Ratings', 'Esc', { type: 'step', to: 'rate' })]
      : []),
    made('Skip…', 'S', { type: 'skip' }),
    made('Undo', 'U', { type: 'undo' }),
    made('Note', 'N', { type: 'note' }),
    made('Differences', 'W', { type: 'differences' }),
    made('Raw Text', 'R', { type: 'raw' }),
    ...(options.guideline ? [made('Guidelines', 'L', { type: 'guideline' })] : []),
  ];
}

/** A native choice of the mode. */
export function modeChoice(mode: LabelingMode, choose: (mode: LabelingMode) => void): HTMLElement {
  const select = element(
    'select',
    {},
    ...labelingModes.map((each) =>
      element('option', { value: each, selected: each === mode }, modeLabels[each]),
    ),
  );
  select.addEventListener('change', () => {
    const chosen = labelingModes.find((each) => each === select.value);
    if (chosen !== undefined) choose(chosen);
  });
  return element('label', { class: 'check' }, 'Mode', select);
}
