/** One completion a page, rated by itself, as in the paper's Figure 12(a). */
import * as l10n from '@vscode/l10n';
import { element } from '../components/element.ts';
import { TextView } from '../components/textView.ts';
import { letter, type Decisions } from './decisions.ts';
import { FlagFields } from './flagFields.ts';
import { NoteField } from './noteField.ts';
import { radios, type Radios } from './radios.ts';
import type { RankingAction } from './rankingState.ts';
import type { StageView } from './stageView.ts';

interface Page {
  readonly tab: HTMLButtonElement;
  readonly reading: HTMLElement;
  readonly controls: HTMLElement;
  readonly text: TextView;
  readonly rating: Radios;
  readonly flags: FlagFields;
  readonly note: NoteField;
}

const ratingNames = [l10n.t`${1}, worst`, '2', '3', '4', '5', '6', l10n.t`${7}, best`];

/** Pages, of which the selected one is on screen. */
export class RateView implements StageView {
  readonly main: HTMLElement;
  readonly side: HTMLElement;
  readonly #title = element('h2', { id: 'completion-title' });
  readonly #pages: readonly Page[];

  constructor(texts: readonly string[], raw: boolean, act: (action: RankingAction) => void) {
    this.#pages = texts.map((text, index) => page(text, index, raw, act));
    this.main = element(
      'section',
      { 'aria-labelledby': this.#title.id },
      element(
        'div',
        { class: 'section-head' },
        this.#title,
        element('nav', { class: 'tabs', 'aria-label': l10n.t('Completions') }, ...this.#of('tab')),
      ),
      ...this.#of('reading'),
    );
    this.side = element('div', {}, ...this.#of('controls'));
  }

  update(decisions: Decisions): void {
    const { selected, judgements } = decisions;
    const count = this.#pages.length;
    this.#title.textContent = l10n.t`Completion ${letter(selected)} (${selected + 1} of ${count})`;
    this.#pages.forEach((each, index) => {
      const judgement = judgements.at(index);
      const rating = judgement?.overall ?? null;
      each.reading.hidden = index !== selected;
      each.controls.hidden = index !== selected;
      each.tab.textContent = rating === null ? letter(index) : `${letter(index)} · ${rating}`;
      each.tab.setAttribute('aria-current', index === selected ? 'page' : 'false');
      each.rating.check(rating);
      each.flags.update(decisions);
      each.note.update(judgement?.note ?? '');
    });
  }

  focus(index: number): void {
    this.#pages.at(index)?.rating.focus();
  }

  focusNote(index: number): void {
    this.#pages.at(index)?.note.open();
  }

  showRaw(raw: boolean): void {
    for (const { text } of this.#pages) text.show(raw);
  }

  #of(part: 'tab' | 'reading' | 'controls'): HTMLElement[] {
    return this.#pages.map((each) => each[part]);
  }
}

function page(
  source: string,
  index: number,
  raw: boolean,
  act: (action: RankingAction) => void,
): Page {
  const name = letter(index);
  const text = new TextView(source, { id: `text-${name}`, raw });
  const rating = radios({
    name: `rating-${name}`,
    label: l10n.t`Overall quality of completion ${name}`,
    describedBy: `text-${name}`,
    names: ratingNames,
    choose: (value) => act({ type: 'rate', rating: value, index }),
  });
  const flags = new FlagFields(index, act);
  const note = new NoteField(index, act);
  const tab = element('button', { type: 'button' }, name);
  tab.addEventListener('click', () => act({ type: 'select', index }));
  return {
    tab,
    text,
    rating,
    flags,
    note,
    reading: element('div', { class: 'card selected page' }, text.root),
    controls: element(
      'div',
      { class: 'controls' },
      element('h2', {}, l10n.t('Overall quality')),
      element(
        'div',
        { class: 'scale' },
        element('span', { class: 'quiet', 'aria-hidden': 'true' }, l10n.t('worst')),
        rating.root,
        element('span', { class: 'quiet', 'aria-hidden': 'true' }, l10n.t('best')),
      ),
      flags.root,
      note.root,
    ),
  };
}
