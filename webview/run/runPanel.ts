/** The run panel: a snapshot first, then events folded in as they come. */
import * as l10n from '@vscode/l10n';
import { toErrorData } from '../../src/protocol/errors.ts';
import type { PanelEvent, RunAction, RunSnapshot, runContract } from '../../src/protocol/panels.ts';
import type { RunState } from '../../src/protocol/run.ts';
import { createRunFold, type RunFold } from '../../src/protocol/runFold.ts';
import { unpackRunView } from '../../src/protocol/runViewData.ts';
import { button, element } from '../components/element.ts';
import type { LiveRegion } from '../components/liveRegion.ts';
import type { PanelClient } from '../components/panelClient.ts';
import { EpisodeInspector } from '../rollouts/episodeInspector.ts';
import { problemBox } from '../components/problemBox.ts';
import { visibleText } from '../components/visibleText.ts';
import { onThemeChange } from '../components/theme.ts';
import { ChartBoard } from './chartBoard.ts';
import { ChartControls, type ExportFormat } from './chartControls.ts';
import { nearest, runStyle, type DrawnRun } from './curve.ts';
import { layFigure } from './figure.ts';
import { toPng, toSvg } from './figureFiles.ts';
import { marksOf, type Mark } from './marks.ts';
import { NumberTable } from './numberTable.ts';
import { Overlays } from './overlays.ts';
import type { PanelState } from './panelState.ts';
import { RunHeader, stageLabels, stateLabels } from './runHeader.ts';
import { SampleList } from './sampleList.ts';
import { StepDetail } from './stepDetail.ts';
import { gridColour, themeColour } from './themeColour.ts';
import { Timeline } from './timeline.ts';

/** What is on screen of one run. */
interface Shown {
  readonly snapshot: RunSnapshot;
  readonly fold: RunFold;
  readonly header: RunHeader;
  state: RunState;
}

/** See the file's header. */
export class RunPanel {
  readonly root = element('main', { class: 'run', 'data-panel': 'run' });
  readonly #client: PanelClient<typeof runContract>;
  readonly #live: LiveRegion;
  readonly #remember: (state: PanelState) => void;
  readonly #board: ChartBoard;
  readonly #table = new NumberTable();
  readonly #samples = new SampleList();
  readonly #timeline = new Timeline(({ step, marks }) => this.#choose(step, marks));
  readonly #detail = new StepDetail();
  readonly #overlays: Overlays;
  readonly #episodes = new EpisodeInspector((iteration) => void this.#showEpisodes(iteration));
  readonly #problem = element('div');
  readonly #failure = element('div');
  readonly #warnings = element('ul', { class: 'warnings quiet', 'aria-label': l10n.t('Warnings') });
  readonly #waiting = element(
    'p',
    { class: 'quiet' },
    l10n.t('No numbers yet: they appear with the first step.'),
  );
  readonly #controls: ChartControls;
  #shown: Shown | undefined;
  #frame: number | undefined;

  /** `remembered` is what `remember` was last given, from before a reload. */
  constructor(
    client: PanelClient<typeof runContract>,
    live: LiveRegion,
    remembered: PanelState,
    remember: (state: PanelState) => void,
  ) {
    this.#client = client;
    this.#live = live;
    this.#remember = remember;
    this.#board = new ChartBoard(remembered, remembered.zoom, {
      select: (place) => this.#chooseAt(place),
      changed: () => this.#changed(),
    });
    this.#overlays = new Overlays(client, remembered.overlay, {
      changed: () => this.#changed(),
      failed: (thrown) => this.#tell(thrown),
    });
    this.#controls = new ChartControls(remembered, {
      changed: (state) => {
        this.#detail.hide();
        this.#board.set(state);
        this.#changed();
      },
      save: (format) => void this.#save(format),
      extra: [this.#board.reset, this.#overlays.root],
    });
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
      const retry = button(l10n.t('Try Again'), () => void this.#load(), { primary: true });
      this.root.replaceChildren(
        element('h1', {}, l10n.t('Run')),
        problemBox(toErrorData(thrown), retry),
      );
    }
  }

  #show(snapshot: RunSnapshot): void {
    this.#client.startFrom(snapshot.sequence);
    const header = new RunHeader(snapshot, (action) => this.#act(action));
    const fold = createRunFold(unpackRunView(snapshot.view));
    this.#shown = { snapshot, fold, header, state: snapshot.state };
    this.#overlays.load(snapshot.id, snapshot.parts);
    this.#problem.replaceChildren(
      ...(snapshot.problem === undefined ? [] : [problemBox(snapshot.problem)]),
    );
    this.root.replaceChildren(
      header.root,
      this.#problem,
      this.#failure,
      this.#warnings,
      this.#controls.root,
      this.#timeline.root,
      this.#detail.root,
      this.#waiting,
      this.#board.root,
      this.#episodes.root,
      this.#table.root,
      this.#samples.root,
    );
    this.#changed();
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
        this.#live.say(l10n.t`The run is ${stateLabels[event.state].toLowerCase()}.`);
        break;
      case 'restarted':
      case 'overlayRestarted':
        void this.#load();
        return;
      case 'overlaid':
        this.#overlays.take(event.id, event.events);
        break;
      case 'problem':
        this.#problem.replaceChildren(problemBox(event.error));
    }
    this.#drawSoon();
  }

  /** Something that a reload must restore, or that is drawn, has changed. */
  #changed(): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    const { zoom } = this.#board;
    this.#remember({
      runId: shown.snapshot.id,
      ...this.#controls.state,
      overlay: [...this.#overlays.chosen],
      ...(zoom === undefined ? {} : { zoom: [...zoom] }),
    });
    this.#drawSoon();
  }

  #drawSoon(): void {
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
      ...view.warnings.slice(-5).map(({ step, message, remedy }) => {
        const what = step === undefined ? message : l10n.t`Step ${step}: ${message}`;
        const parts = ['⚠', what, ...(remedy === undefined ? [] : [l10n.t`What to do: ${remedy}`])];
        return element('li', { class: 'text' }, visibleText(parts.join(' ')));
      }),
    );
    const runs = this.#runs();
    const empty = runs.every(({ metrics }) => metrics.size === 0);
    this.#waiting.hidden = !empty || view.error !== undefined;
    this.#controls.root.hidden = empty;
    this.#table.root.hidden = empty;
    this.#board.draw(runs);
    this.#timeline.update({
      marks: marksOf(view),
      domain: this.#board.domain,
      placeOf: (step) => this.#placeOf(step),
    });
    this.#table.update(runs);
    this.#samples.update(view.samples);
  }

  /** What is drawn: this run first, if it has numbers of its own, then those over it. */
  #runs(): DrawnRun[] {
    const shown = this.#shown;
    if (shown === undefined) return [];
    const own = { id: shown.snapshot.id, metrics: shown.fold.view.metrics };
    const isPipeline = shown.snapshot.parts.length > 0;
    const all = [...(isPipeline ? [] : [own]), ...this.#overlays.runs];
    return all.map((run, at) => ({ ...run, ...runStyle(at, all.length) }));
  }

  /** Where a step of the panel's own run stands on the axis. */
  #placeOf(step: number): number {
    const view = this.#shown?.fold.view;
    if (view === undefined || this.#controls.state.axis === 'step') return step;
    const series = longest([...view.metrics.values()]);
    return series?.seconds.at(nearest(series.steps, step)) ?? 0;
  }

  /** A place on the axis was clicked. */
  #chooseAt(place: number): void {
    const view = this.#shown?.fold.view;
    const series = view === undefined ? undefined : longest([...view.metrics.values()]);
    if (series === undefined) return;
    const places = this.#controls.state.axis === 'step' ? series.steps : series.seconds;
    const at = nearest(places, place);
    if (at !== -1) this.#choose(series.steps[at]);
  }

  #choose(step: number, marks?: readonly Mark[]): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    const { view } = shown.fold;
    this.#board.select(this.#placeOf(step));
    this.#detail.show(step, view, marks ?? marksOf(view).filter((mark) => mark.step === step), {
      showSamples: (at) => this.#samples.reveal(at),
      showEpisodes:
        shown.snapshot.stage === 'ppo' ? (at) => void this.#showEpisodes(at) : undefined,
      close: () => {
        this.#detail.hide();
        this.#board.select(undefined);
      },
    });
    this.#live.say(l10n.t`Step ${step} is chosen.`);
  }

  async #showEpisodes(iteration: number): Promise<void> {
    try {
      const page = await this.#client.request('episodes', { iteration });
      this.#episodes.show(page);
    } catch (thrown) {
      this.#tell(thrown);
    }
  }

  async #save(format: ExportFormat): Promise<void> {
    const shown = this.#shown;
    if (shown === undefined) return;
    try {
      if (format === 'csv') {
        await this.#client.request('saveCsv', {});
        return;
      }
      const title = `${stageLabels[shown.snapshot.stage]} ${shown.snapshot.id}`;
      const figure = layFigure(this.#board.drawing, title, {
        text: themeColour('--vscode-editor-foreground'),
        quiet: themeColour('--vscode-descriptionForeground'),
        grid: gridColour(),
        background: themeColour('--vscode-editor-background'),
        chart: (colour) => themeColour(`--vscode-charts-${colour}`),
      });
      const bytes = format === 'svg' ? toSvg(figure) : await toPng(figure);
      await this.#client.request('saveFigure', { format, bytes });
    } catch (thrown) {
      this.#tell(thrown);
    }
  }

  #tell(thrown: unknown): void {
    this.#problem.replaceChildren(problemBox(toErrorData(thrown)));
  }

  async #act(action: RunAction): Promise<void> {
    try {
      await this.#client.request('act', { action });
    } catch (thrown) {
      this.#tell(thrown);
      throw thrown;
    }
  }
}

function longest<T extends { readonly steps: readonly number[] }>(
  series: readonly T[],
): T | undefined {
  return series.reduce<T | undefined>(
    (best, each) => (best === undefined || each.steps.length > best.steps.length ? each : best),
    undefined,
  );
}
