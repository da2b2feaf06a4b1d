/** One ranking task on screen. */
import { categoryLabels, type RankingView } from '../../src/protocol/panels.ts';
import { element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import { CompletionCard } from './completionCard.ts';
import { RankBoard } from './rankBoard.ts';
import type { Decisions, RankingAction } from './rankingState.ts';

/** A view of the panel that shows a task. */
export type TaskData = Extract<RankingView, { state: 'task' }>;

/** The prompt, the completions and the ranks. The panel puts its actions into `aside`. */
export class TaskView {
  readonly root: HTMLElement;
  readonly aside: HTMLElement;
  readonly #cards: readonly CompletionCard[];
  readonly #board: RankBoard;

  constructor(task: TaskData, act: (action: RankingAction) => void) {
    const count = task.completions.length;
    this.#cards = task.completions.map(
      (text, index) => new CompletionCard(index, count, text, task.askRatings, act),
    );
    this.#board = new RankBoard(count, act);
    this.aside = element('aside', { 'aria-label': 'Ranks and actions' }, this.#board.root);
    this.root = element(
      'div',
      { class: 'task' },
      element(
        'div',
        { class: 'reading' },
        element(
          'section',
          { 'aria-labelledby': 'prompt-title' },
          element(
            'div',
            { class: 'section-head' },
            element('h2', { id: 'prompt-title' }, 'Prompt'),
            ...(task.category === undefined
              ? []
              : [element('span', { class: 'badge' }, categoryLabels[task.category])]),
            element('span', { class: 'quiet' }, task.why),
          ),
          element(
            'p',
            { class: 'text prompt', tabindex: 0, role: 'group', 'aria-label': 'Prompt' },
            visibleText(task.prompt),
          ),
        ),
        element(
          'section',
          { 'aria-labelledby': 'completions-title' },
          element('h2', { id: 'completions-title' }, 'Completions'),
          element('ol', { class: 'cards' }, ...this.#cards.map((card) => card.root)),
        ),
      ),
      this.aside,
    );
  }

  /** Shows what is decided. */
  update(decisions: Decisions): void {
    for (const card of this.#cards) card.update(decisions);
    this.#board.update(decisions);
  }

  /** Moves the focus to a completion. */
  focus(index: number): void {
    this.#cards.at(index)?.focus();
  }
}
