/** How far the labeler is. */
import * as l10n from '@vscode/l10n';
import { element } from '../components/element.ts';

/** "12 of 200 done, 3 left in your queue" with a bar. */
export function progressLine(
  progress: { readonly done: number; readonly total: number; readonly left: number },
  labeler: string,
): HTMLElement[] {
  const { done, total, left } = progress;
  return [
    element('progress', {
      max: Math.max(1, total),
      value: done,
      'aria-label': l10n.t('Tasks done'),
    }),
    element(
      'span',
      { class: 'quiet' },
      l10n.t`${done} of ${total} done · ${left} left in your queue`,
    ),
    element('span', { class: 'quiet' }, l10n.t`You label as ${labeler}`),
  ];
}
