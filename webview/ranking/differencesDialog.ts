/** Two completions side by side, with the words that the other one lacks marked. */
import * as l10n from '@vscode/l10n';
import { button, element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import { wordRuns, type WordRun } from '../components/wordRuns.ts';
import { letter } from './decisions.ts';

/** Opens the dialog; `close` is called when it is gone. */
export function showDifferences(
  texts: readonly string[],
  first: number,
  second: number,
  closed: () => void,
): void {
  const left = chooser(l10n.t('Left'), texts.length, first);
  const right = chooser(l10n.t('Right'), texts.length, second);
  const panes = element('div', { class: 'panes' });
  const summary = element('p', { class: 'quiet', role: 'status' });
  const show = (): void => {
    const [a, b] = [Number(left.select.value), Number(right.select.value)];
    const runs = wordRuns(texts[a], texts[b]);
    if (runs === undefined) {
      summary.textContent = l10n.t(
        'These two are too long and too different to compare word by word.',
      );
      panes.replaceChildren();
      return;
    }
    const changed = runs.filter((run) => run.in !== 'both').length;
    summary.textContent =
      changed === 0
        ? l10n.t('The same, word by word.')
        : changed === 1
          ? l10n.t(
              '1 difference: struck through stands on the left only, underlined on the right only.',
            )
          : l10n.t`${changed} differences: struck through stands on the left only, underlined on the right only.`;
    panes.replaceChildren(
      pane(l10n.t`Completion ${letter(a)}`, markedText(runs, 'left')),
      pane(l10n.t`Completion ${letter(b)}`, markedText(runs, 'right')),
    );
  };
  for (const { select } of [left, right]) select.addEventListener('change', show);
  const dialog = element(
    'dialog',
    { class: 'wide', 'aria-labelledby': 'differences-title' },
    element(
      'div',
      { class: 'section-head' },
      element('h2', { id: 'differences-title' }, l10n.t('Differences word by word')),
      left.root,
      right.root,
    ),
    summary,
    panes,
    element(
      'div',
      { class: 'actions' },
      button(l10n.t('Close'), () => dialog.close(), { key: 'Esc' }),
    ),
  );
  dialog.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key.toLowerCase() === 'w') dialog.close();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  show();
  document.body.append(dialog);
  dialog.showModal();
}

function chooser(
  label: string,
  count: number,
  chosen: number,
): { readonly root: HTMLElement; readonly select: HTMLSelectElement } {
  const options = Array.from({ length: count }, (_, at) =>
    element('option', { value: at, selected: at === chosen }, letter(at)),
  );
  const select = element('select', {}, ...options);
  return { root: element('label', { class: 'check' }, label, select), select };
}

function pane(title: string, text: HTMLElement): HTMLElement {
  const body = element(
    'div',
    { class: 'pane', tabindex: 0, role: 'group', 'aria-label': title },
    text,
  );
  return element('section', {}, element('h3', {}, title), body);
}

/** One side of a comparison, with the words that the other side lacks marked. */
function markedText(runs: readonly WordRun[], side: 'left' | 'right'): HTMLElement {
  const parts = runs
    .filter((run) => run.in === 'both' || run.in === side)
    .map((run) =>
      run.in === 'both'
        ? visibleText(run.text)
        : element(side === 'left' ? 'del' : 'ins', {}, visibleText(run.text)),
    );
  return element('p', { class: 'text' }, ...parts);
}
