/** What stands above a task: a guideline that is new, and whose the completions before were. */
import * as l10n from '@vscode/l10n';
import type { RankingView } from '../../src/protocol/rankingPanel.ts';
import { button, element } from '../components/element.ts';
import { revealedBox } from './revealedBox.ts';

/** The notices of a view; `read` opens the guideline. */
export function notices({ guideline, revealed }: RankingView, read: () => void): HTMLElement {
  const made = element('div', { class: 'notices' });
  if (guideline?.isNew === true) {
    const words = l10n.t`The guidelines are new to you: version ${guideline.version}.`;
    made.append(
      element('p', { class: 'notice' }, words, ' ', button(l10n.t('Read Guidelines'), read)),
    );
  }
  if (revealed !== undefined) made.append(revealedBox(revealed));
  return made;
}

/** Whether two views have the same guideline to tell of. */
export function isSameNotice(a: RankingView, b: RankingView): boolean {
  const { guideline: first } = a;
  const { guideline: second } = b;
  return first?.version === second?.version && first?.isNew === second?.isNew;
}
