/** The ranks as rows with the letters that stand on them, as in the paper's Figure 12(b). */
import * as l10n from '@vscode/l10n';
import { element } from '../components/element.ts';
import { dragSource, dropTarget } from './dragging.ts';
import { letter, type Decisions } from './decisions.ts';
import type { RankingAction } from './rankingState.ts';

/** The board; letters are dragged between its rows. */
export class RankBoard {
  readonly root: HTMLElement;
  readonly #rows = new Map<number | null, HTMLElement>();
  readonly #act: (action: RankingAction) => void;

  constructor(count: number, act: (action: RankingAction) => void) {
    this.#act = act;
    const rows = Array.from({ length: count }, (_, at) =>
      this.#row(at + 1, rowName(at + 1, count)),
    );
    this.root = element(
      'section',
      { class: 'board', 'aria-label': l10n.t('Ranks') },
      element('h2', {}, l10n.t('Ranks')),
      element('ul', {}, this.#row(null, l10n.t('To be ranked')), ...rows),
    );
  }

  /** Shows what is decided. */
  update(decisions: Decisions): void {
    for (const [rank, row] of this.#rows) {
      const chips = decisions.ranks.flatMap((own, index) =>
        own === rank ? [this.#chip(index, decisions.selected === index)] : [],
      );
      row.replaceChildren(...chips);
    }
  }

  #row(rank: number | null, name: string): HTMLElement {
    const chips = element('span', { class: 'chips' });
    this.#rows.set(rank, chips);
    const row = element(
      'li',
      { class: 'row' },
      element('span', { class: 'row-name' }, name),
      chips,
    );
    dropTarget(row, (index) => this.#act({ type: 'rank', rank, index }));
    return row;
  }

  #chip(index: number, selected: boolean): HTMLElement {
    const chip = element(
      'span',
      { class: selected ? 'chip selected' : 'chip', title: l10n.t('Drag onto a rank') },
      letter(index),
    );
    dragSource(chip, index);
    chip.addEventListener('click', () => this.#act({ type: 'select', index }));
    return chip;
  }
}

function rowName(rank: number, count: number): string {
  if (rank === 1) return l10n.t`${rank} best`;
  return rank === count ? l10n.t`${rank} worst` : String(rank);
}
