/** The run panel: a snapshot first, then events folded in as they come. */
import { toErrorData } from '../../src/protocol/errors.ts';
import type { PanelEvent, RunAction, RunSnapshot, runContract } from '../../src/protocol/panels.ts';
import type { RunState } from '../../src/protocol/run.ts';
import { createRunFold, type RunFold } from '../../src/protocol/runFold.ts';
import { unpackRunView } from '../../src/protocol/runViewData.ts';
import { button, element } from '../components/element.ts';
import type { LiveRegion } from '../components/liveRegion.ts';
import type { PanelClient } from '../components/panelClient.ts';
import { problemBox } from '../components/problemBox.ts';
import { onThemeChange } from '../components/theme.ts';
import { ChartBoard } from './chartBoard.ts';
import { ChartControls, type ControlState } from './chartControls.ts';
import { NumberTable } from './numberTable.ts';
import { RunHeader, stateLabels } from './runHeader.ts';
import { SampleList } from './sampleList.ts';

/** What is on screen of one run. */
interface Shown {
  readonly fold: RunFold;
  readonly header: RunHeader;
  state: RunState;
}

/** See the file's header. */
export class RunPanel {
  readonly root = element('main', { class: 'run', 'data-panel': 'run' });
  readonly #client: PanelClient<typeof runContract>;
  readonly #live: LiveRegion;
  readonly #remember: (state: ControlState & { runId: string }) => void;
  readonly #board = new ChartBoard();
  readonly #table = new NumberTable();
  readonly #samples = new SampleList();
  readonly #problem = element('div');
  readonly #failure = element('div');
  readonly #warnings = element('ul', { class: 'warnings quiet', 'aria-label': 'Warnings' });
  readonly #waiting = element(
    'p',
    { class: 'quiet' },
    'No numbers yet: they appear with the first step.',
  );
  readonly #controls: ChartControls;
  #shown: Shown | undefined;
  #frame: number | undefined;
  #runId = '';

  /** `remembered` is what `remember` was last given, from before a reload. */
  constructor(
    client: PanelClient<typeof runContract>,
    live: LiveRegion,
    remembered: ControlState,
    remember: (state: ControlState & { runId: string }) => void,
  ) {
    this.#client = client;
    this.#live = live;
    this.#remember = remember;
    this.#controls = new ChartControls(remembered, this.#board.reset, (state) => {
      this.#board.set(state);
      this.#remember({ runId: this.#runId, ...state });
    });
    this.#board.set(remembered);
  }

  /** Asks for the run and follows it. */
  start(): void {
    this.#client.onEvent = (event) => this.#take(event);
    this.#client.onGap = () => void this.#load();
    onThemeChange(() => this.#board.recolour());
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      this.#show(await this.#client.request('snapshot', {}));
    } catch (thrown) {
      const retry = button('Try Again', () => void this.#load(), { primary: true });
      this.root.replaceChildren(element('h1', {}, 'Run'), problemBox(toErrorData(thrown), retry));
    }
  }

  #show(snapshot: RunSnapshot): void {
    this.#client.startFrom(snapshot.sequence);
    this.#runId = snapshot.id;
    this.#remember({ runId: snapshot.id, ...this.#controls.state });
    const header = new RunHeader(snapshot, (action) => this.#act(action));
    const fold = createRunFold(unpackRunView(snapshot.view));
    this.#shown = { fold, header, state: snapshot.state };
    this.#problem.replaceChildren(
      ...(snapshot.problem === undefined ? [] : [problemBox(snapshot.problem)]),
    );
    this.root.replaceChildren(
      header.root,
      this.#problem,
      this.#failure,
      this.#warnings,
      this.#controls.root,
      this.#waiting,
      this.#board.root,
      this.#table.root,
      this.#samples.root,
    );
    this.#draw();
  }

  #take(event: PanelEvent<typeof runContract>): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    switch (event.type) {
      case 'events':
        for (const each of event.events) shown.fold.apply(each);
        break;
      case 'state':
        shown.state = event.state;
        this.#live.say(`The run is ${stateLabels[event.state].toLowerCase()}.`);
        break;
      case 'restarted':
        void this.#load();
        return;
      case 'problem':
        this.#problem.replaceChildren(problemBox(event.error));
    }
    if (this.#frame === undefined) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = undefined;
    if (this.#shown === undefined) return;
    const { fold, header, state } = this.#shown;
    const { view } = fold;
    header.update(state, view);
    this.#failure.replaceChildren(...(view.error === undefined ? [] : [problemBox(view.error)]));
    this.#warnings.replaceChildren(
      ...view.warnings.slice(-5).map(({ step, message }) => {
        const where = step === undefined ? '' : `Step ${step}: `;
        return element('li', { class: 'text' }, `⚠ ${where}${message}`);
      }),
    );
    const empty = view.metrics.size === 0;
    this.#waiting.hidden = !empty || view.error !== undefined;
    this.#controls.root.hidden = empty;
    this.#table.root.hidden = empty;
    this.#board.draw(view.metrics);
    this.#table.update(view.metrics);
    this.#samples.update(view.samples);
  }

  async #act(action: RunAction): Promise<void> {
    try {
      await this.#client.request('act', { action });
    } catch (thrown) {
      this.#problem.replaceChildren(problemBox(toErrorData(thrown)));
      throw thrown;
    }
  }
}
