/** The guideline that the labeler follows, with its version. */
import * as l10n from '@vscode/l10n';
import { button, element } from '../components/element.ts';
import { TextView } from '../components/textView.ts';

/** Opens the dialog; `closed` is called when it is gone. */
export function showGuideline(
  { version, markdown }: { readonly version: string; readonly markdown: string },
  closed: () => void,
): void {
  const dialog = element(
    'dialog',
    { class: 'wide', 'aria-labelledby': 'guideline-title' },
    element(
      'div',
      { class: 'section-head' },
      element('h2', { id: 'guideline-title' }, l10n.t('Guidelines')),
      element('span', { class: 'quiet' }, l10n.t`Version ${version}`),
    ),
    element(
      'div',
      { class: 'pane', tabindex: 0, role: 'group', 'aria-label': l10n.t('Guidelines') },
      new TextView(markdown, { raw: false }).root,
    ),
    element(
      'div',
      { class: 'actions' },
      button(l10n.t('Close'), () => dialog.close(), { key: 'Esc' }),
    ),
  );
  dialog.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key.toLowerCase() === 'l') dialog.close();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
}
