/** Two completions side by side, of which one is better, or none. */
import * as l10n from '@vscode/l10n';
import { strengths } from '../../src/protocol/rankingPanel.ts';
import { button, element } from '../components/element.ts';
import { TextView } from '../components/textView.ts';
import { letter, type Decisions } from './decisions.ts';
import { NoteField } from './noteField.ts';
import { choiceInWords, choiceOf, type PairChoice } from './pairActions.ts';
import { radios, type Radios } from './radios.ts';
import type { RankingAction } from './rankingState.ts';
import type { StageView } from './stageView.ts';

const choices: readonly { choice: PairChoice; label: string; key: string }[] = [
  { choice: 'left', label: l10n.t('Left is better'), key: '←' },
  { choice: 'right', label: l10n.t('Right is better'), key: '→' },
  { choice: 'tie', label: l10n.t('Tie'), key: 'T' },
  { choice: 'bothBad', label: l10n.t('Both bad'), key: 'B' },
];

/** The pair and the four choices. */
export class PairView implements StageView {
  readonly main: HTMLElement;
  readonly side: HTMLElement;
  readonly #texts: readonly TextView[];
  readonly #notes: readonly NoteField[];
  readonly #sides: readonly HTMLElement[];
  readonly #buttons: ReadonlyMap<PairChoice, HTMLButtonElement>;
  readonly #strength: Radios;
  readonly #strengthRow: HTMLElement;
  readonly #said = element('p', { class: 'quiet' });

  constructor(texts: readonly string[], raw: boolean, act: (action: RankingAction) => void) {
    this.#texts = texts.map((text, at) => new TextView(text, { id: `text-${letter(at)}`, raw }));
    this.#notes = texts.map((_, index) => new NoteField(index, act));
    this.#sides = texts.map((_, at) =>
      element(
        'li',
        { class: 'card page' },
        element('h3', {}, at === 0 ? l10n.t('Left (A)') : l10n.t('Right (B)')),
        this.#texts[at].root,
        this.#notes[at].root,
      ),
    );
    this.#buttons = new Map(
      choices.map(({ choice, label, key }) => [
        choice,
        button(label, () => act({ type: 'prefer', choice }), { key }),
      ]),
    );
    this.#strength = radios({
      name: 'strength',
      label: l10n.t('How much better'),
      names: strengths.map((words, at) => `${at + 1}, ${l10n.t(words)}`),
      choose: (strength) => act({ type: 'strength', strength }),
    });
    this.#strengthRow = element(
      'div',
      { class: 'scale' },
      l10n.t('How much?'),
      this.#strength.root,
    );
    this.main = element(
      'section',
      { 'aria-labelledby': 'completions-title', tabindex: -1 },
      element('h2', { id: 'completions-title' }, l10n.t('Which completion is better?')),
      element('ol', { class: 'cards pair' }, ...this.#sides),
    );
    this.side = element(
      'section',
      { class: 'controls', 'aria-label': l10n.t('Choice') },
      element('div', { class: 'choices' }, ...this.#buttons.values()),
      this.#strengthRow,
      this.#said,
    );
  }

  update(decisions: Decisions): void {
    const choice = choiceOf(decisions);
    for (const [own, made] of this.#buttons) {
      made.setAttribute('aria-pressed', String(own === choice));
      made.classList.toggle('primary', own === choice);
    }
    const sided = choice === 'left' || choice === 'right';
    this.#strengthRow.hidden = !sided;
    this.#strength.check(decisions.strength);
    this.#said.textContent = choiceInWords(decisions);
    this.#sides.forEach((side, at) => {
      side.classList.toggle('selected', sided && (choice === 'left' ? 0 : 1) === at);
      this.#notes[at].update(decisions.judgements.at(at)?.note ?? '');
    });
  }

  /** Not to a button, on which Enter would choose instead of saving. */
  focus(): void {
    this.main.focus({ preventScroll: true });
  }

  focusNote(index: number): void {
    this.#notes.at(index)?.open();
  }

  showRaw(raw: boolean): void {
    for (const text of this.#texts) text.show(raw);
  }
}
