/** The buttons below a task, and how the labeler wants to be asked. */
import * as l10n from '@vscode/l10n';
import { labelingModes, type LabelingMode } from '../../src/protocol/rankingPanel.ts';
import { button, element } from '../components/element.ts';
import type { KeyCommand } from './keys.ts';

const modeLabels = {
  'rate-then-rank': l10n.t('Rate each, then rank'),
  rank: l10n.t('Rank only'),
  pairwise: l10n.t('Two at a time'),
} as const satisfies Record<LabelingMode, string>;

/** The buttons of a task; `run` does what its key does. */
export function taskButtons(
  options: { readonly rating: boolean; readonly twoSteps: boolean; readonly guideline: boolean },
  run: (command: KeyCommand) => void,
): HTMLButtonElement[] {
  const made = (label: string, key: string, command: KeyCommand, primary = false) =>
    button(label, () => run(command), { key, primary });
  return [
    made(
      options.rating ? l10n.t('Next') : l10n.t('Save and Next'),
      'Enter',
      { type: 'save' },
      true,
    ),
    ...(options.twoSteps && !options.rating
      ? [made(l10n.t('Back to Ratings'), 'Esc', { type: 'step', to: 'rate' })]
      : []),
    made(l10n.t('Skip…'), 'S', { type: 'skip' }),
    made(l10n.t('Undo'), 'U', { type: 'undo' }),
    made(l10n.t('Note'), 'N', { type: 'note' }),
    made(l10n.t('Differences'), 'W', { type: 'differences' }),
    made(l10n.t('Raw Text'), 'R', { type: 'raw' }),
    ...(options.guideline ? [made(l10n.t('Guidelines'), 'L', { type: 'guideline' })] : []),
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
  return element('label', { class: 'check' }, l10n.t('Mode'), select);
}
