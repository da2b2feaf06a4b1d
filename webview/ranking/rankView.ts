/** All completions at once, to be put in order. */
import * as l10n from '@vscode/l10n';
import { element } from '../components/element.ts';
import { CompletionCard } from './completionCard.ts';
import type { Decisions } from './decisions.ts';
import { RankBoard } from './rankBoard.ts';
import type { RankingAction } from './rankingState.ts';
import type { StageView } from './stageView.ts';

/** Cards with their ranks, and the board of ranks. */
export class RankView implements StageView {
  readonly main: HTMLElement;
  readonly side: HTMLElement;
  readonly #cards: readonly CompletionCard[];
  readonly #board: RankBoard;

  constructor(texts: readonly string[], raw: boolean, act: (action: RankingAction) => void) {
    this.#cards = texts.map(
      (text, index) => new CompletionCard(index, texts.length, text, raw, act),
    );
    this.#board = new RankBoard(texts.length, act);
    this.side = this.#board.root;
    this.main = element(
      'section',
      { 'aria-labelledby': 'completions-title' },
      element('h2', { id: 'completions-title' }, l10n.t('Completions')),
      element('ol', { class: 'cards' }, ...this.#cards.map((card) => card.root)),
    );
  }

  update(decisions: Decisions): void {
    for (const card of this.#cards) card.update(decisions);
    this.#board.update(decisions);
  }

  focus(index: number): void {
    this.#cards.at(index)?.focus();
  }

  focusNote(index: number): void {
    this.#cards.at(index)?.focusNote();
  }

  showRaw(raw: boolean): void {
    for (const card of this.#cards) card.showRaw(raw);
  }
}
