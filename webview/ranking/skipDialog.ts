/** Asks why a task is skipped: one digit, or words. */
import * as l10n from '@vscode/l10n';
import { skipReasons } from '../../src/protocol/words.ts';
import { button, element } from '../components/element.ts';

/** Shows the dialog; calls `choose` with the reason, or nothing when it is cancelled. */
export function askWhySkip(choose: (reason: string) => void): void {
  const words = element('input', { type: 'text', id: 'skip-words', maxlength: 500 });
  const finish = (reason: string): void => {
    dialog.close();
    choose(reason);
  };
  const finishWithWords = (): void => {
    const reason = words.value.trim();
    if (reason === '') words.focus();
    else finish(reason);
  };
  const choices = skipReasons.map((reason, at) =>
    button(l10n.t(reason), () => finish(reason), { key: String(at + 1) }),
  );
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'skip-title' },
    element('h2', { id: 'skip-title' }, l10n.t('Why skip this task?')),
    element('div', { class: 'choices' }, ...choices),
    element('label', { for: words.id }, l10n.t('Another reason')),
    words,
    element(
      'div',
      { class: 'actions' },
      button(l10n.t('Skip'), finishWithWords, { primary: true }),
      button(l10n.t('Cancel'), () => dialog.close(), { key: 'Esc' }),
    ),
  );
  dialog.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === words) {
      if (event.key === 'Enter') finishWithWords();
      return;
    }
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1] ?? event.key;
    const reason = skipReasons.at(Number(digit) - 1);
    if (/^[1-9]$/.test(digit) && reason !== undefined) finish(reason);
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
