/** One completion in the grid, with what is known of it and what can be done with it. */
import * as l10n from '@vscode/l10n';
import type { ComparedCell } from '../../src/protocol/comparePanel.ts';
import type { CompletionKl } from '../../src/protocol/sampler.ts';
import { button, element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import { wordDiff } from '../components/wordDiff.ts';
import { decimals, wordsIn } from './compareMeans.ts';

/** What a cell shows. */
export interface CellContent {
  /** The model, or a letter where it is blind. */
  readonly name: string;
  readonly cell: ComparedCell | undefined;
  /** The model that the completion's KL is taken against, as people call it. */
  readonly against: string | undefined;
  /** The first column's text, where differences are shown. */
  readonly reference: string | undefined;
  readonly preferred: boolean;
}

/** What can be done with a cell. */
export interface CellActions {
  readonly copy: (text: string) => void;
  readonly demonstrate: (text: string) => void;
}

/** A group that takes the focus; arrow keys move between such groups. */
export function cellView(content: CellContent, actions: CellActions): HTMLElement {
  const { name, cell, against, reference, preferred } = content;
  const root = element('div', {
    class: preferred ? 'cell preferred' : 'cell',
    role: 'group',
    tabindex: 0,
    'aria-label': preferred ? l10n.t`${name}, preferred` : name,
  });
  root.append(
    element(
      'p',
      { class: 'head' },
      element('strong', {}, name),
      element('span', { class: 'quiet' }, ...facts(cell, against, preferred)),
    ),
  );
  if (cell === undefined) return root;
  if (cell.error !== undefined) {
    root.append(element('p', { class: 'text' }, `${cell.error.message} ${cell.error.remedy}`));
    return root;
  }
  const text = cell.text.trim();
  const shown =
    cell.state === 'done' && reference !== undefined
      ? wordDiff(reference.trim(), text)
      : element(
          'p',
          { class: 'text' },
          `${visibleText(text)}${cell.state === 'writing' ? ' ▍' : ''}`,
        );
  root.append(shown);
  if (text !== '' && cell.state !== 'writing') {
    root.append(
      element(
        'p',
        { class: 'cell-actions' },
        button(l10n.t('Copy'), () => actions.copy(text)),
        button(l10n.t('Save as Demonstration'), () => actions.demonstrate(text)),
      ),
    );
  }
  return root;
}

/** What is said of a cell that is not done. */
const states: Readonly<Record<ComparedCell['state'], string>> = {
  waiting: l10n.t('waiting'),
  writing: l10n.t('writing'),
  done: l10n.t('done'),
  stopped: l10n.t('stopped'),
  failed: l10n.t('failed'),
};

function facts(
  cell: ComparedCell | undefined,
  against: string | undefined,
  preferred: boolean,
): (Node | string)[] {
  if (cell === undefined) return [l10n.t('not written yet')];
  const parts = [
    ...(preferred ? [`✓ ${l10n.t('preferred')}`] : []),
    ...(cell.state === 'done' ? [] : [states[cell.state]]),
    ...(cell.state === 'done' || cell.state === 'stopped'
      ? [l10n.t`${wordsIn(cell.text)} words`]
      : []),
    ...(cell.finish === 'length' ? [l10n.t('cut off')] : []),
    ...(cell.score === undefined
      ? []
      : [
          cell.score === null
            ? l10n.t('too long to score')
            : l10n.t`score ${decimals(cell.score, 2)}`,
        ]),
    ...(cell.kl === undefined ? [] : [klFact(cell.kl, against ?? l10n.t('its reference'))]),
    ...(cell.logprob === undefined ? [] : [l10n.t`log-probability ${decimals(cell.logprob, 1)}`]),
  ];
  return parts.flatMap((part, at) => (at === 0 ? [part] : [' · ', part]));
}

function klFact(kl: CompletionKl, against: string): HTMLElement {
  const title =
    'nats' in kl
      ? l10n.t`Against ${against}: ${decimals(kl.nats / kl.tokens, 2)} nats a token over ${kl.tokens} tokens, drawn by this model. An estimate from one completion, which can be below 0.`
      : kl.unavailable;
  const said = 'nats' in kl ? l10n.t`KL ${decimals(kl.nats, 1)}` : l10n.t('no KL');
  return element('span', { class: 'kl', title }, said);
}
