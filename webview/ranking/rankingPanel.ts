/** The ranking panel as a whole: takes a task from the host, keeps its draft there, saves it. */
import { ActivityClock } from '../../src/protocol/activityClock.ts';
import { toErrorData } from '../../src/protocol/errors.ts';
import type { RankingDraft, RankingView, rankingContract } from '../../src/protocol/panels.ts';
import { button, element } from '../components/element.ts';
import type { LiveRegion } from '../components/liveRegion.ts';
import type { PanelClient } from '../components/panelClient.ts';
import { problemBox } from '../components/problemBox.ts';
import { emptyQueue } from './emptyQueue.ts';
import { commandFor, type KeyCommand } from './keys.ts';
import { Legend } from './legend.ts';
import { progressLine } from './progressLine.ts';
import { act, letter, summary, takeUp, unranked, type RankingAction } from './rankingState.ts';
import type { RankingState } from './rankingState.ts';
import { askWhySkip } from './skipDialog.ts';
import { TaskView, type TaskData } from './taskView.ts';

/** What is open: the task as the host sent it, what was decided since, and its view. */
interface OpenTask {
  readonly data: TaskData;
  readonly view: TaskView;
  readonly clock: ActivityClock;
  state: RankingState;
}

/** See the file's header. */
export class RankingPanel {
  readonly root = element('main', { class: 'ranking', 'data-panel': 'ranking' });
  readonly #client: PanelClient<typeof rankingContract>;
  readonly #live: LiveRegion;
  readonly #legend = new Legend();
  readonly #status = element('p', { class: 'quiet status' });
  readonly #problem = element('div');
  readonly #progress = element('p', { class: 'progress-line' });
  #open: OpenTask | undefined;
  /** What the status line says of the task saved last. */
  #lastSaved = '';
  #busy = false;

  constructor(client: PanelClient<typeof rankingContract>, live: LiveRegion) {
    this.#client = client;
    this.#live = live;
  }

  /** Asks for the first task and listens to the labeler. */
  start(): void {
    this.#client.onEvent = () => void this.#refresh();
    this.#client.onGap = () => void this.#refresh();
    document.addEventListener('keydown', (event) => this.#key(event));
    for (const sign of ['pointermove', 'pointerdown', 'wheel', 'keydown'] as const) {
      document.addEventListener(sign, () => this.#open?.clock.touch(), { passive: true });
    }
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') return;
      this.#open?.clock.pause();
      this.#keepDraft();
    });
    void this.#load('');
  }

  /** Shows what the host says is next; `said` goes before the announcement of the task. */
  async #load(said: string): Promise<void> {
    try {
      const view = await this.#client.request('snapshot', {});
      const before = this.#open?.data.task;
      this.#show(view);
      const { progress } = view;
      const open = this.#open;
      if (said === '' && before !== undefined && before === open?.data.task) return;
      this.#live.say(
        open === undefined
          ? `${said} Nothing left to rank.`
          : `${said} Task ${progress.done + 1} of ${progress.total}: ${open.data.completions.length} completions.`,
      );
    } catch (thrown) {
      this.#open = undefined;
      const retry = button('Try Again', () => void this.#load(said), { primary: true });
      this.root.replaceChildren(
        element('h1', {}, 'Rank Completions'),
        problemBox(toErrorData(thrown), retry),
      );
    }
  }

  /** The dataset changed elsewhere. A save in progress loads anew by itself. */
  async #refresh(): Promise<void> {
    if (this.#busy) return;
    this.#keepDraft();
    await this.#load('');
  }

  #show(view: RankingView): void {
    this.#progress.replaceChildren(...progressLine(view.progress));
    const open = this.#open;
    const same = open !== undefined && view.state === 'task' && view.task === open.data.task;
    // The counts have changed, the task has not: nothing moves under the labeler's hands.
    if (same && view.askRatings === open.data.askRatings) return;
    this.#problem.replaceChildren();
    const heading = element('header', {}, element('h1', {}, 'Rank Completions'), this.#progress);
    if (view.state === 'empty') {
      this.#open = undefined;
      this.root.replaceChildren(
        heading,
        emptyQueue(view.progress, (command) => void this.#command(command)),
        this.#actions(view),
      );
      return;
    }
    const state = same ? open.state : takeUp(view.draft);
    const taskView = new TaskView(view, (action) => this.#act(action, false));
    const clock = new ActivityClock(() => performance.now(), view.draft.seconds);
    clock.touch();
    this.#open = { data: view, view: taskView, clock, state };
    this.#legend.update(view.completions.length, view.askRatings);
    taskView.aside.append(this.#actions(view), this.#legend.root);
    this.root.replaceChildren(heading, taskView.root);
    this.#update();
    taskView.focus(state.now.selected);
    if (!same) window.scrollTo({ top: 0 });
  }

  #actions(view: RankingView): HTMLElement {
    const buttons =
      view.state === 'empty'
        ? []
        : [
            button('Save and Next', () => void this.#save(), { key: 'Enter', primary: true }),
            button('Skip…', () => this.#run({ type: 'skip' }), { key: 'S' }),
            button('Undo', () => this.#run({ type: 'undo' }), { key: 'U' }),
          ];
    if (view.canGoBack) {
      buttons.push(button('Back to Last Saved', () => this.#run({ type: 'goBack' })));
    }
    return element(
      'div',
      { class: 'actions-block' },
      this.#problem,
      element('div', { class: 'actions' }, ...buttons),
      this.#status,
      ...(view.state === 'task' ? [this.#ratingsToggle(view)] : []),
    );
  }

  #ratingsToggle(view: TaskData): HTMLElement {
    const box = element('input', { type: 'checkbox', checked: view.askRatings });
    box.addEventListener('change', () => {
      this.#keepDraft();
      void this.#client
        .request('askRatings', { ask: box.checked })
        .then(() => this.#load(''))
        .catch((thrown: unknown) => this.#fail(thrown, undefined));
    });
    return element('label', { class: 'check' }, box, 'Rate each completion 1–7 too');
  }

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
    const { target } = event;
    if (target instanceof HTMLInputElement && target.type === 'text') return;
    const native = target instanceof Element && target.closest('button, summary') !== null;
    if (native && event.key === 'Enter') return;
    const command = commandFor(event);
    if (command === undefined) return;
    if (command.type === 'rate' && this.#open?.data.askRatings !== true) return;
    event.preventDefault();
    if (!event.repeat || command.type === 'move' || command.type === 'shift') this.#run(command);
  }

  #run(command: KeyCommand): void {
    switch (command.type) {
      case 'save':
        void this.#save();
        break;
      case 'skip':
        if (this.#open !== undefined && !this.#busy) {
          askWhySkip((reason) => void this.#skip(reason));
        }
        break;
      case 'goBack':
        void this.#goBack();
        break;
      case 'legend':
        this.#legend.toggle();
        break;
      case 'undo':
        if (this.#open === undefined || this.#open.state.past.length === 0) void this.#goBack();
        else this.#act(command, true);
        break;
      default:
        this.#act(command, true);
    }
  }

  /** @param focus whether the focus follows the selected completion */
  #act(action: RankingAction, focus: boolean): void {
    const open = this.#open;
    if (open === undefined || this.#busy) return;
    const step = act(open.state, action);
    const changed = step.state !== open.state;
    open.state = step.state;
    if (step.said !== '') this.#live.say(step.said);
    if (!changed) return;
    this.#update();
    if (focus) open.view.focus(open.state.now.selected);
    this.#keepDraft();
  }

  #update(): void {
    const open = this.#open;
    if (open === undefined) return;
    open.view.update(open.state.now);
    const left = unranked(open.state.now).length;
    const order = summary(open.state.now);
    const ready = open.data.revising ? 'saved before, saving replaces it' : 'not saved yet';
    if (order === '') this.#status.textContent = this.#lastSaved;
    else this.#status.textContent = left === 0 ? `${order} · ${ready}` : `${order} · ${left} to go`;
  }

  #draft(open: OpenTask): RankingDraft {
    const { ranks, ratings, selected } = open.state.now;
    return { ranks: [...ranks], ratings: [...ratings], selected, seconds: open.clock.seconds };
  }

  #keepDraft(): void {
    const open = this.#open;
    if (open === undefined || this.#busy) return;
    void this.#client
      .request('draft', { task: open.data.task, draft: this.#draft(open) })
      .catch((thrown: unknown) => this.#fail(thrown, undefined));
  }

  async #save(): Promise<void> {
    const open = this.#open;
    if (open === undefined || this.#busy) return;
    const missing = unranked(open.state.now);
    const first = missing.at(0);
    if (first !== undefined) {
      const letters = missing.map(letter).join(', ');
      this.#live.say(`Not saved: ${letters} not ranked yet.`);
      this.#status.textContent = `Give ${letters} a rank first, or skip the task.`;
      open.state = act(open.state, { type: 'select', index: first }).state;
      open.view.update(open.state.now);
      open.view.focus(first);
      return;
    }
    const words = `Saved ${summary(open.state.now)}.`;
    const params = { task: open.data.task, draft: this.#draft(open) };
    const request = () => this.#client.request('save', params);
    await this.#store(words, request, () => this.#save());
  }

  async #skip(reason: string): Promise<void> {
    const open = this.#open;
    if (open === undefined || this.#busy) return;
    const params = { task: open.data.task, draft: this.#draft(open), reason };
    const request = () => this.#client.request('skip', params);
    await this.#store(`Skipped: ${reason}.`, request, () => this.#skip(reason));
  }

  /**
   * Says "saved" only when the host has answered that the record is on disk. Keys do nothing from
   * here until the next task is shown. `retry` tries again with what is decided by then.
   */
  async #store(
    words: string,
    request: () => Promise<unknown>,
    retry: () => Promise<void>,
  ): Promise<void> {
    await this.#alone(async () => {
      this.#problem.replaceChildren();
      this.#status.textContent = 'Saving…';
      try {
        await request();
      } catch (thrown) {
        this.#fail(thrown, () => void retry());
        return;
      }
      this.#lastSaved = words;
      this.#status.textContent = words;
      await this.#load(words);
    });
  }

  async #goBack(): Promise<void> {
    if (this.#busy) return;
    this.#keepDraft();
    await this.#alone(async () => {
      try {
        const { reopened } = await this.#client.request('back', {});
        if (reopened) await this.#load('Back to the last saved task.');
        else this.#live.say('Nothing to undo.');
      } catch (thrown) {
        this.#fail(thrown, undefined);
      }
    });
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    this.root.setAttribute('aria-busy', 'true');
    try {
      await work();
    } finally {
      this.#busy = false;
      this.root.removeAttribute('aria-busy');
    }
  }

  async #command(command: 'sampleCompletions' | 'createSampleProject'): Promise<void> {
    try {
      await this.#client.request('command', { command });
    } catch (thrown) {
      this.#fail(thrown, undefined);
    }
  }

  /** The label stays where it is; the problem is shown beside it. */
  #fail(thrown: unknown, retry: (() => void) | undefined): void {
    this.#status.textContent = retry === undefined ? '' : 'Not saved. Your ranking is kept here.';
    this.#problem.replaceChildren(
      problemBox(
        toErrorData(thrown),
        ...(retry === undefined ? [] : [button('Retry', retry, { primary: true })]),
      ),
    );
  }
}
