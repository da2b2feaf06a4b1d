/** One completion with its rank, and its rating where ratings are asked for. */
import { element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import { dragSource } from './dragging.ts';
import { letter, rankInWords, type Decisions, type RankingAction } from './rankingState.ts';

/** A card in the list of completions. */
export class CompletionCard {
  readonly root: HTMLLIElement;
  readonly #index: number;
  readonly #status = element('span', { class: 'quiet' });
  readonly #ranks: readonly HTMLInputElement[];
  readonly #ratings: readonly HTMLInputElement[];

  /** `act` is told what the labeler does with the pointer or with the native controls. */
  constructor(
    index: number,
    count: number,
    text: string,
    askRatings: boolean,
    act: (action: RankingAction) => void,
  ) {
    this.#index = index;
    const name = letter(index);
    const textId = `text-${name}`;
    const handle = element('span', { class: 'chip', title: 'Drag onto a rank' }, name);
    dragSource(handle, index);
    const title = element(
      'h3',
      { class: 'visually-hidden', id: `title-${name}` },
      `Completion ${name}`,
    );
    const ranks = radios(
      `rank-${name}`,
      `Rank of completion ${name}`,
      textId,
      Array.from({ length: count }, (_, at) => rankName(at + 1, count)),
      (value) => act({ type: 'rank', rank: value, index }),
    );
    this.#ranks = ranks.inputs;
    this.root = element(
      'li',
      { class: 'card', 'aria-labelledby': title.id },
      element('div', { class: 'card-head', 'aria-hidden': 'true' }, handle),
      title,
      this.#status,
      element('p', { class: 'text', id: textId }, visibleText(text)),
      ranks.root,
    );
    if (askRatings) {
      const rating = radios(
        `rating-${name}`,
        `Overall quality of completion ${name}`,
        undefined,
        ['1, worst', '2', '3', '4', '5', '6', '7, best'],
        (value) => act({ type: 'rate', rating: value, index }),
      );
      rating.root.classList.add('rating');
      this.#ratings = rating.inputs;
      this.root.append(rating.root);
    } else this.#ratings = [];
    this.root.addEventListener('pointerdown', () => act({ type: 'select', index }));
    this.root.addEventListener('focusin', () => act({ type: 'select', index }));
  }

  /** Shows what is decided. */
  update(decisions: Decisions): void {
    const rank = decisions.ranks.at(this.#index) ?? null;
    const rating = decisions.ratings.at(this.#index) ?? null;
    this.root.classList.toggle('selected', decisions.selected === this.#index);
    this.root.classList.toggle('ranked', rank !== null);
    this.#status.textContent = rankInWords(decisions, this.#index);
    check(this.#ranks, rank);
    check(this.#ratings, rating);
  }

  /** Moves the focus to the rank, which is what the keys change, and the card into sight. */
  focus(): void {
    const target = this.#ranks.find((input) => input.checked) ?? this.#ranks.at(0);
    target?.focus({ preventScroll: true });
    this.root.scrollIntoView({ block: 'nearest' });
  }
}

function check(inputs: readonly HTMLInputElement[], value: number | null): void {
  inputs.forEach((input, at) => {
    input.checked = at + 1 === value;
  });
}

function rankName(rank: number, count: number): string {
  if (rank === 1) return '1, best';
  return rank === count ? `${rank}, worst` : String(rank);
}

/** Native radio buttons; each shows the first character of its name. */
function radios(
  name: string,
  label: string,
  describedBy: string | undefined,
  names: readonly string[],
  choose: (value: number) => void,
): { readonly root: HTMLElement; readonly inputs: readonly HTMLInputElement[] } {
  const inputs = names.map((each) =>
    element('input', { type: 'radio', name, class: 'visually-hidden', 'aria-label': each }),
  );
  const root = element(
    'div',
    { class: 'radios', role: 'radiogroup', 'aria-label': label, 'aria-describedby': describedBy },
    ...inputs.map((input, at) =>
      element('label', {}, input, element('span', { 'aria-hidden': 'true' }, String(at + 1))),
    ),
  );
  inputs.forEach((input, at) => {
    input.addEventListener('change', () => choose(at + 1));
  });
  return { root, inputs };
}
