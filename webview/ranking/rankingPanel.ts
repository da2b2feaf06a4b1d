/** The ranking panel as a whole: takes a task from the host, keeps its draft there, saves it. */
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { ActivityClock } from '../../src/protocol/activityClock.ts';
import { toErrorData } from '../../src/protocol/errors.ts';
import type {
  LabelingMode,
  RankingDraft,
  RankingView,
  rankingContract,
} from '../../src/protocol/rankingPanel.ts';
import { button, element } from '../components/element.ts';
import type { LiveRegion } from '../components/liveRegion.ts';
import type { PanelClient } from '../components/panelClient.ts';
import { problemBox } from '../components/problemBox.ts';
import type { VsCodeApi } from '../components/vscodeApi.ts';
import { showDifferences } from './differencesDialog.ts';
import { emptyQueue } from './emptyQueue.ts';
import { showGuideline } from './guidelineDialog.ts';
import { belongsToTarget } from './keyTarget.ts';
import { commandFor, stageOf, type KeyCommand } from './keys.ts';
import { Legend } from './legend.ts';
import { isSameNotice, notices } from './notices.ts';
import { progressLine } from './progressLine.ts';
import { act, draftOf, takeUp, type RankingAction, type RankingState } from './rankingState.ts';
import { askWhySkip } from './skipDialog.ts';
import { decidedInWords, obstacleOf, statusOf, type Obstacle } from './statusWords.ts';
import { modeChoice, taskButtons } from './taskActions.ts';
import { TaskView, type TaskData } from './taskView.ts';

/** What is open: the task as the host sent it, what was decided since, and its view. */
interface OpenTask {
  readonly data: TaskData;
  readonly view: TaskView;
  readonly clock: ActivityClock;
  state: RankingState;
}

const aliveMs = 20_000;

/** How a labeler likes to see the panel; kept by the editor for this panel. */
const tasteSchema = z.object({ raw: z.boolean(), singleKeys: z.boolean() });

/** See the file's header. */
export class RankingPanel {
  readonly root = element('main', { class: 'ranking', 'data-panel': 'ranking' });
  readonly #client: PanelClient<typeof rankingContract>;
  readonly #live: LiveRegion;
  readonly #api: Pick<VsCodeApi, 'getState' | 'setState'>;
  readonly #legend: Legend;
  readonly #buttons = element('div', { class: 'actions' });
  readonly #status = element('p', { class: 'quiet status' });
  readonly #problem = element('div');
  readonly #progress = element('p', { class: 'progress-line' });
  #open: OpenTask | undefined;
  /** What the status line says of the task saved last. */
  #lastSaved = '';
  #busy = false;
  #taste: z.infer<typeof tasteSchema>;

  constructor(
    client: PanelClient<typeof rankingContract>,
    live: LiveRegion,
    api: Pick<VsCodeApi, 'getState' | 'setState'>,
  ) {
    this.#client = client;
    this.#live = live;
    this.#api = api;
    this.#taste = tasteSchema.safeParse(api.getState()).data ?? { raw: false, singleKeys: true };
    this.#legend = new Legend(this.#taste.singleKeys, (singleKeys) =>
      this.#setTaste({ singleKeys }),
    );
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
    // Tells the host that the task is still being worked on: see TaskLeases.
    setInterval(() => {
      if (document.visibilityState === 'visible') this.#keepDraft();
    }, aliveMs);
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
          ? `${said} ${view.state === 'empty' ? view.why : ''}`
          : `${said} ${l10n.t`Task ${progress.done + 1} of ${progress.total}: ${open.data.completions.length} completions.`}`,
      );
    } catch (thrown) {
      this.#open = undefined;
      const retry = button(l10n.t('Try Again'), () => void this.#load(said), { primary: true });
      this.root.replaceChildren(
        element('h1', {}, l10n.t('Rank Completions')),
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
    this.#progress.replaceChildren(...progressLine(view.progress, view.labeler));
    const open = this.#open;
    const same = open !== undefined && view.state === 'task' && view.task === open.data.task;
    // The counts have changed, the task has not: nothing moves under the labeler's hands.
    if (same && view.mode === open.data.mode && isSameNotice(view, open.data)) return;
    this.#problem.replaceChildren();
    const heading = element(
      'header',
      {},
      element('h1', {}, l10n.t('Rank Completions')),
      this.#progress,
      modeChoice(view.mode, (mode) => void this.#mode(mode)),
    );
    const top = notices(view, () => this.#run({ type: 'guideline' }));
    if (view.state === 'empty') {
      this.#open = undefined;
      this.root.replaceChildren(
        heading,
        top,
        emptyQueue(view, (command) => void this.#command(command)),
        this.#actions(view),
      );
      return;
    }
    const keeps = same && view.mode === open.data.mode;
    const state = keeps ? open.state : takeUp(view.draft);
    const taskView = new TaskView(
      view,
      this.#taste.raw,
      (action) => this.#act(action, false),
      this.#actions(view),
      this.#legend.root,
    );
    const clock = new ActivityClock(() => performance.now(), view.draft.seconds);
    clock.touch();
    this.#open = { data: view, view: taskView, clock, state };
    this.root.replaceChildren(heading, top, taskView.root);
    this.#update();
    taskView.focus(state.now.selected);
    if (!same) window.scrollTo({ top: 0 });
  }

  #actions(view: RankingView): HTMLElement {
    const back = button(l10n.t('Back to Last Saved'), () => this.#run({ type: 'goBack' }));
    return element(
      'div',
      { class: 'actions-block' },
      this.#problem,
      ...(view.state === 'task' ? [this.#buttons] : []),
      this.#status,
      ...(view.canGoBack ? [element('div', { class: 'actions' }, back)] : []),
    );
  }

  async #mode(mode: LabelingMode): Promise<void> {
    this.#keepDraft();
    await this.#alone(async () => {
      try {
        await this.#client.request('mode', { mode });
        await this.#load('');
      } catch (thrown) {
        this.#fail(thrown, undefined);
      }
    });
  }

  #setTaste(change: Partial<z.infer<typeof tasteSchema>>): void {
    this.#taste = { ...this.#taste, ...change };
    this.#api.setState(this.#taste);
  }

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
    if (belongsToTarget(event)) return;
    if (!this.#taste.singleKeys && !event.ctrlKey && !event.metaKey) return;
    const open = this.#open;
    const stage = open === undefined ? 'rank' : stageOf(open.data.mode, open.state.now.step);
    const command = commandFor(event, stage);
    if (command === undefined) return;
    if (command.type === 'step' && open?.data.mode !== 'rate-then-rank') return;
    event.preventDefault();
    const repeats = command.type === 'move' || command.type === 'shift';
    if (!event.repeat || repeats) this.#run(command);
  }

  #run(command: KeyCommand): void {
    switch (command.type) {
      case 'save':
        void this.#next();
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
      case 'raw': {
        const raw = !this.#taste.raw;
        this.#setTaste({ raw });
        this.#open?.view.showRaw(raw);
        this.#live.say(raw ? l10n.t('Text as it was written.') : l10n.t('Rendered text.'));
        break;
      }
      case 'note':
        this.#open?.view.focusNote(this.#open.state.now.selected);
        break;
      case 'differences':
        this.#differences();
        break;
      case 'guideline':
        void this.#guideline();
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
    const { now } = open.state;
    open.view.update(now);
    const twoSteps = open.data.mode === 'rate-then-rank';
    const rating = twoSteps && now.step === 'rate';
    const shown = `${open.data.task} ${String(twoSteps)} ${String(rating)}`;
    if (this.#buttons.dataset['shown'] !== shown) {
      this.#buttons.dataset['shown'] = shown;
      const guideline = open.data.guideline !== undefined;
      const run = (command: KeyCommand) => this.#run(command);
      this.#buttons.replaceChildren(...taskButtons({ rating, twoSteps, guideline }, run));
      this.#legend.update(now.ranks.length, stageOf(open.data.mode, now.step), twoSteps);
    }
    this.#status.textContent = statusOf(now, open.data, this.#lastSaved);
  }

  #draft(open: OpenTask): RankingDraft {
    return draftOf(open.state.now, open.clock.seconds);
  }

  #keepDraft(): void {
    const open = this.#open;
    if (open === undefined || this.#busy) return;
    void this.#client
      .request('draft', { task: open.data.task, draft: this.#draft(open) })
      .catch((thrown: unknown) => this.#fail(thrown, undefined));
  }

  /** In the first step the next completion that is not rated, then the second step; else saves. */
  async #next(): Promise<void> {
    const open = this.#open;
    if (open === undefined || this.#busy) return;
    const { now } = open.state;
    if (open.data.mode !== 'rate-then-rank' || now.step === 'rank') {
      await this.#save();
      return;
    }
    const rated = (now.judgements.at(now.selected)?.overall ?? null) !== null;
    const obstacle = obstacleOf(now, open.data.mode);
    if (obstacle === undefined || obstacle.about === 'rank')
      this.#act({ type: 'step', to: 'rank' }, true);
    else if (rated && obstacle.about === 'rating') {
      this.#act({ type: 'select', index: obstacle.index }, true);
    } else this.#refuse(open, obstacle);
  }

  async #save(): Promise<void> {
    const open = this.#open;
    if (open === undefined || this.#busy) return;
    const obstacle = obstacleOf(open.state.now, open.data.mode);
    if (obstacle !== undefined) {
      this.#refuse(open, obstacle);
      return;
    }
    const words = l10n.t`Saved ${decidedInWords(open.state.now, open.data)}.`;
    const params = { task: open.data.task, draft: this.#draft(open) };
    const request = () => this.#client.request('save', params);
    await this.#store(words, request, () => this.#save());
  }

  /** Says what is missing, and goes there. */
  #refuse(open: OpenTask, { step, index, words }: Obstacle): void {
    if (open.data.mode === 'rate-then-rank') {
      open.state = act(open.state, { type: 'step', to: step }).state;
    }
    open.state = act(open.state, { type: 'select', index }).state;
    this.#update();
    open.view.focus(index);
    this.#status.textContent = words;
    this.#live.say(l10n.t`Not saved. ${words}`);
  }

  #differences(): void {
    const open = this.#open;
    if (open === undefined) return;
    const { selected, placed, ranks } = open.state.now;
    const other = placed !== null && placed !== selected ? placed : (selected + 1) % ranks.length;
    const back = () => open.view.focus(open.state.now.selected);
    showDifferences(open.data.completions, selected, other, back);
  }

  async #guideline(): Promise<void> {
    try {
      const guideline = await this.#client.request('guideline', {});
      this.root.querySelector('.notice')?.remove();
      showGuideline(guideline, () => this.#open?.view.focus(this.#open.state.now.selected));
    } catch (thrown) {
      this.#fail(thrown, undefined);
    }
  }

  async #skip(reason: string): Promise<void> {
    const open = this.#open;
    if (open === undefined || this.#busy) return;
    const params = { task: open.data.task, draft: this.#draft(open), reason };
    const request = () => this.#client.request('skip', params);
    await this.#store(l10n.t`Skipped: ${l10n.t(reason)}.`, request, () => this.#skip(reason));
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
      this.#status.textContent = l10n.t('Saving…');
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
        if (reopened) await this.#load(l10n.t('Back to the last saved task.'));
        else this.#live.say(l10n.t('Nothing to undo.'));
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
    this.#status.textContent =
      retry === undefined ? '' : l10n.t('Not saved. Your ranking is kept here.');
    this.#problem.replaceChildren(
      problemBox(
        toErrorData(thrown),
        ...(retry === undefined ? [] : [button(l10n.t('Retry'), retry, { primary: true })]),
      ),
    );
  }
}
