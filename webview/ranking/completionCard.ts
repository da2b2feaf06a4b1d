/** One completion with its rank. */
import * as l10n from '@vscode/l10n';
import { element } from '../components/element.ts';
import { TextView } from '../components/textView.ts';
import { letter, rankInWords, type Decisions } from './decisions.ts';
import { dragSource } from './dragging.ts';
import { NoteField } from './noteField.ts';
import { radios, type Radios } from './radios.ts';
import type { RankingAction } from './rankingState.ts';

/** A card in the list of completions. */
export class CompletionCard {
  readonly root: HTMLLIElement;
  readonly #index: number;
  readonly #status = element('span', { class: 'quiet' });
  readonly #ranks: Radios;
  readonly #text: TextView;
  readonly #note: NoteField;

  /** `act` is told what the labeler does with the pointer or with the native controls. */
  constructor(
    index: number,
    count: number,
    text: string,
    raw: boolean,
    act: (action: RankingAction) => void,
  ) {
    this.#index = index;
    const name = letter(index);
    const textId = `text-${name}`;
    const handle = element('span', { class: 'chip', title: l10n.t('Drag onto a rank') }, name);
    dragSource(handle, index);
    const title = element(
      'h3',
      { class: 'visually-hidden', id: `title-${name}` },
      l10n.t`Completion ${name}`,
    );
    this.#ranks = radios({
      name: `rank-${name}`,
      label: l10n.t`Rank of completion ${name}`,
      describedBy: textId,
      names: Array.from({ length: count }, (_, at) => rankName(at + 1, count)),
      choose: (value) => act({ type: 'rank', rank: value, index }),
    });
    this.#text = new TextView(text, { id: textId, raw });
    this.#note = new NoteField(index, act);
    this.root = element(
      'li',
      { class: 'card', 'aria-labelledby': title.id },
      element('div', { class: 'card-head', 'aria-hidden': 'true' }, handle),
      title,
      this.#status,
      this.#text.root,
      this.#ranks.root,
      this.#note.root,
    );
    this.root.addEventListener('pointerdown', () => act({ type: 'select', index }));
    this.root.addEventListener('focusin', () => act({ type: 'select', index }));
  }

  /** Shows what is decided. */
  update(decisions: Decisions): void {
    const rank = decisions.ranks.at(this.#index) ?? null;
    const judgement = decisions.judgements.at(this.#index);
    const overall = judgement?.overall ?? null;
    const rated = overall === null ? [] : [l10n.t`rated ${overall} of 7`];
    this.root.classList.toggle('selected', decisions.selected === this.#index);
    this.root.classList.toggle('ranked', rank !== null);
    this.#status.textContent = [rankInWords(decisions, this.#index), ...rated].join(' · ');
    this.#ranks.check(rank);
    this.#note.update(judgement?.note ?? '');
  }

  showRaw(raw: boolean): void {
    this.#text.show(raw);
  }

  /** Moves the focus to the rank, which is what the keys change, and the card into sight. */
  focus(): void {
    this.#ranks.focus();
    this.root.scrollIntoView({ block: 'nearest' });
  }

  /** Opens the note and moves the focus there. */
  focusNote(): void {
    this.#note.open();
  }
}

function rankName(rank: number, count: number): string {
  if (rank === 1) return l10n.t`${rank}, best`;
  return rank === count ? l10n.t`${rank}, worst` : String(rank);
}
