/** One task on screen: the prompt, and the completions as the stage wants them. */
import * as l10n from '@vscode/l10n';
import type { RankingView } from '../../src/protocol/rankingPanel.ts';
import { categoryLabels } from '../../src/protocol/words.ts';
import { element } from '../components/element.ts';
import { TextView } from '../components/textView.ts';
import type { Decisions } from './decisions.ts';
import { stageOf, type Stage } from './keys.ts';
import { PairView } from './pairView.ts';
import type { RankingAction } from './rankingState.ts';
import { RankView } from './rankView.ts';
import { RateView } from './rateView.ts';
import type { StageView } from './stageView.ts';

/** A view of the panel that shows a task. */
export type TaskData = Extract<RankingView, { state: 'task' }>;

const makers = { rate: RateView, rank: RankView, pair: PairView } as const;

/** The prompt, the completions and the controls. The panel puts its own below them. */
export class TaskView {
  readonly root: HTMLElement;
  readonly #task: TaskData;
  readonly #act: (action: RankingAction) => void;
  readonly #prompt: TextView;
  readonly #main = element('div');
  readonly #side = element('div');
  #raw: boolean;
  #stage: { readonly name: Stage; readonly view: StageView } | undefined;

  constructor(
    task: TaskData,
    raw: boolean,
    act: (action: RankingAction) => void,
    ...below: readonly HTMLElement[]
  ) {
    this.#task = task;
    this.#raw = raw;
    this.#act = act;
    this.#prompt = new TextView(task.prompt, { raw });
    this.root = element(
      'div',
      { class: 'task' },
      element('div', { class: 'reading' }, this.#promptSection(), this.#main),
      element('aside', { 'aria-label': l10n.t('Decisions and actions') }, this.#side, ...below),
    );
  }

  /** Shows what is decided, at the step that was come to. */
  update(decisions: Decisions): void {
    const name = stageOf(this.#task.mode, decisions.step);
    if (this.#stage?.name !== name) {
      const view = new makers[name](this.#task.completions, this.#raw, this.#act);
      this.#stage = { name, view };
      this.#main.replaceChildren(view.main);
      this.#side.replaceChildren(view.side);
    }
    this.#stage.view.update(decisions);
  }

  /** Moves the focus to a completion's control. */
  focus(index: number): void {
    this.#stage?.view.focus(index);
  }

  /** Opens a completion's note. */
  focusNote(index: number): void {
    this.#stage?.view.focusNote(index);
  }

  /** Renders Markdown, or shows all text as it was written. */
  showRaw(raw: boolean): void {
    this.#raw = raw;
    this.#prompt.show(raw);
    this.#stage?.view.showRaw(raw);
  }

  #promptSection(): HTMLElement {
    const { category, why } = this.#task;
    return element(
      'section',
      { 'aria-labelledby': 'prompt-title' },
      element(
        'div',
        { class: 'section-head' },
        element('h2', { id: 'prompt-title' }, l10n.t('Prompt')),
        ...(category === undefined
          ? []
          : [element('span', { class: 'badge' }, l10n.t(categoryLabels[category]))]),
        element('span', { class: 'quiet why' }, why),
      ),
      element(
        'div',
        { class: 'prompt', tabindex: 0, role: 'group', 'aria-label': l10n.t('Prompt') },
        this.#prompt.root,
      ),
    );
  }
}
