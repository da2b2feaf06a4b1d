/** One metric's curves. The caption tells the values at the cursor, else the latest. */
import * as l10n from '@vscode/l10n';
import uPlot from 'uplot';
import { element } from '../components/element.ts';
import {
  nearest,
  placesOf,
  type AxisKind,
  type ChartColour,
  type Curve,
  type RunStyle,
} from './curve.ts';
import { number } from './inWords.ts';
import { shortName } from './metricGroups.ts';
import { firstAtOrAfter, pickPoints } from './pickPoints.ts';
import { swatch } from './swatch.ts';
import { Smoother } from './smooth.ts';
import { gridColour, themeColour } from './themeColour.ts';
import { placeInWords, placeTick, timeSteps, valueTicks } from './ticks.ts';

/** How all charts are drawn. */
export interface ChartSettings {
  /** Weight of the past in the smoothed curve, 0 (none) to 0.99. */
  readonly smoothing: number;
  readonly logScale: boolean;
  readonly axis: AxisKind;
  /** What is in sight of the axis. */
  readonly domain: readonly [number, number];
  /** A place with a line through all charts. */
  readonly selected: number | undefined;
}

/** What the user does to a chart, in places on its axis. */
export interface ChartActions {
  /** Dragged over a part. */
  readonly zoom: (from: number, to: number) => void;
  /** Clicked. */
  readonly select: (place: number) => void;
}

const height = 150;
/** With fewer points than this in sight, each is drawn as a dot: one alone has no line. */
const dottedBelow = 40;

/** A figure with a uPlot chart. Owns the chart: `dispose` when the figure goes. */
export class MetricChart {
  readonly root: HTMLElement;
  readonly #metric: string;
  readonly #colour: ChartColour;
  readonly #actions: ChartActions;
  readonly #value = element('span', { class: 'value' });
  readonly #legend = element('ul', { class: 'legend', hidden: true });
  readonly #plotAt: HTMLElement;
  readonly #resize: ResizeObserver;
  readonly #sight: IntersectionObserver;
  /** In CSS pixels; measured when it changes, since measuring at each update is slow. */
  #width = 300;
  #inSight = false;
  #stale = false;
  #plot: uPlot | undefined;
  /** What the plot was made for: with anything else it is made anew. */
  #madeFor = '';
  #log = false;
  #curves: readonly Curve[] = [];
  #smoothers = new Map<string, Smoother>();
  #settings: ChartSettings | undefined;

  constructor(metric: string, colour: ChartColour, actions: ChartActions) {
    this.#metric = metric;
    this.#colour = colour;
    this.#actions = actions;
    this.#plotAt = element('div', { class: 'plot', role: 'img' });
    this.root = element(
      'figure',
      { class: 'chart' },
      element('figcaption', {}, element('span', {}, shortName(metric)), this.#value),
      this.#plotAt,
      this.#legend,
    );
    this.#resize = new ResizeObserver((entries) => {
      this.#width = Math.max(80, Math.floor(entries.at(-1)?.contentRect.width ?? 0));
      this.#fit();
    });
    this.#resize.observe(this.#plotAt);
    this.#sight = new IntersectionObserver((entries) => {
      this.#inSight = entries.at(-1)?.isIntersecting === true;
      if (this.#inSight && this.#stale) this.#paint();
    });
    this.#sight.observe(this.root);
  }

  /** Draws new data, or the same anew; out of sight, once it comes into sight. */
  draw(curves: readonly Curve[], settings: ChartSettings): void {
    if (settings.smoothing !== this.#settings?.smoothing) this.#smoothers.clear();
    this.#curves = curves;
    this.#settings = settings;
    this.#stale = true;
    if (this.#inSight) this.#paint();
    this.#caption();
  }

  /** Takes over the colours of a new theme. */
  recolour(): void {
    this.#plot?.redraw(false);
  }

  dispose(): void {
    this.#resize.disconnect();
    this.#sight.disconnect();
    this.#plot?.destroy();
  }

  #paint(): void {
    const settings = this.#settings;
    if (settings === undefined) return;
    this.#stale = false;
    this.#log =
      settings.logScale && this.#curves.some(({ series }) => series.values.some((v) => v > 0));
    const styles = this.#curves.map(({ run, colour }) => `${run} ${colour ?? ''}`).join();
    const madeFor = `${this.#log} ${settings.axis} ${settings.smoothing > 0} ${styles}`;
    if (this.#plot === undefined || madeFor !== this.#madeFor) this.#make(settings, madeFor);
    else this.#plot.setData(this.#data(settings), true);
    this.#plotAt.setAttribute('aria-label', this.#inWords());
  }

  #inWords(): string {
    const ends = this.#curves.map(({ run, series: { values } }) => {
      const of = this.#curves.length === 1 ? '' : `${run}: `;
      return `${of}${l10n.t`first ${number(values.at(0) ?? NaN)}, latest ${number(values.at(-1) ?? NaN)}`}`;
    });
    return l10n.t`Curve of ${this.#metric}: ${ends.join('; ')}`;
  }

  /** Two series a run: the values as they are, and smoothed. */
  #data(settings: ChartSettings): uPlot.AlignedData {
    const [from, to] = settings.domain;
    const drawable = (value: number): number | null => (this.#log && value <= 0 ? null : value);
    const tables = this.#curves.map(({ run, series }): uPlot.AlignedData => {
      const places = placesOf(series, settings.axis);
      // One more on each side: the line leaves the picture instead of ending in it.
      const first = Math.max(0, firstAtOrAfter(places, from) - 1);
      const last = Math.min(places.length, firstAtOrAfter(places, to) + 2);
      const points = pickPoints(series.values, first, last, this.#width);
      const smoother = this.#smoothers.get(run) ?? new Smoother(settings.smoothing);
      this.#smoothers.set(run, smoother);
      const smoothed = smoother.extend(series.values);
      return [
        points.map((at) => places[at]),
        points.map((at) => drawable(series.values[at])),
        points.map((at) => (settings.smoothing === 0 ? null : drawable(smoothed[at]))),
      ];
    });
    return tables.length === 1 ? tables[0] : uPlot.join(tables);
  }

  #make(settings: ChartSettings, madeFor: string): void {
    this.#plot?.destroy();
    this.#madeFor = madeFor;
    const { axis, smoothing } = settings;
    const ruler = (): uPlot.Axis => ({
      stroke: () => themeColour('--vscode-descriptionForeground'),
      grid: { stroke: gridColour, width: 1 },
      ticks: { show: false },
      font: `11px ${getComputedStyle(document.body).fontFamily}`,
    });
    const mainColour = () => this.#strokeOf(this.#curves.at(0));
    this.#plot = new uPlot(
      {
        width: this.#width,
        height,
        padding: [8, 12, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          sync: { key: 'run' },
          drag: { x: true, y: false, setScale: false },
          points: { size: 6, fill: mainColour, stroke: mainColour },
        },
        select: { show: true, left: 0, top: 0, width: 0, height: 0 },
        scales: {
          x: { time: false, range: () => [...(this.#settings ?? settings).domain] },
          // 3 is logarithmic: uPlot's enum exists in its types only.
          // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
          y: this.#log ? { distr: 3 } : {},
        },
        axes: [
          {
            ...ruler(),
            size: 24,
            ...(axis === 'time' ? { incrs: [...timeSteps] } : {}),
            values: (_, ticks) => ticks.map((tick) => placeTick(tick, axis)),
          },
          { ...ruler(), size: 52, values: (_, ticks) => valueTicks(ticks) },
        ],
        series: [{}, ...this.#curves.flatMap((curve) => this.#seriesOf(curve, smoothing > 0))],
        hooks: {
          setCursor: [() => this.#caption()],
          setSelect: [(plot) => this.#dragged(plot)],
          draw: [(plot) => this.#drawSelected(plot)],
        },
      },
      this.#data(settings),
      this.#plotAt,
    );
    const { over } = this.#plot;
    over.addEventListener('click', () => {
      const left = this.#plot?.cursor.left ?? -1;
      if (this.#plot !== undefined && left >= 0) {
        this.#actions.select(this.#plot.posToVal(left, 'x'));
      }
    });
  }

  #seriesOf({ run, dash }: Curve, smoothed: boolean): uPlot.Series[] {
    const stroke = () => this.#strokeOf(this.#curves.find((curve) => curve.run === run));
    const isFew = (plot: uPlot, at: number, from: number, to: number): boolean => {
      let count = 0;
      for (let index = from; index <= to; index++) {
        if (typeof plot.data[at][index] === 'number') count++;
      }
      return count < dottedBelow;
    };
    const common = { stroke, dash: [...dash] };
    const dots: uPlot.Series.Points = { show: isFew, size: 5, stroke, fill: stroke };
    return [
      {
        ...common,
        width: 1.25,
        alpha: smoothed ? 0.3 : 1,
        points: smoothed ? { show: false } : dots,
      },
      { ...common, width: 1.75, points: smoothed ? dots : { show: false } },
    ];
  }

  #strokeOf(style: RunStyle | undefined): string {
    return themeColour(`--vscode-charts-${style?.colour ?? this.#colour}`);
  }

  #dragged(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    const from = plot.posToVal(left, 'x');
    const to = plot.posToVal(left + width, 'x');
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#actions.zoom(from, to);
  }

  #drawSelected(plot: uPlot): void {
    const selected = this.#settings?.selected;
    if (selected === undefined) return;
    const x = Math.round(plot.valToPos(selected, 'x', true));
    const { left, top, width, height: tall } = plot.bbox;
    if (x < left || x > left + width) return;
    const { ctx } = plot;
    ctx.save();
    ctx.strokeStyle = themeColour('--vscode-focusBorder');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + tall);
    ctx.stroke();
    ctx.restore();
  }

  #caption(): void {
    const axis = this.#settings?.axis ?? 'step';
    const left = this.#plot?.cursor.left ?? -1;
    const cursor = left < 0 ? undefined : this.#plot?.posToVal(left, 'x');
    const read = this.#curves.map((curve) => {
      const places = placesOf(curve.series, axis);
      const at = cursor === undefined ? places.length - 1 : nearest(places, cursor);
      return { curve, place: places.at(at), value: curve.series.values.at(at) ?? NaN };
    });
    const place = cursor === undefined ? undefined : read.at(0)?.place;
    const where = place === undefined ? '' : `${placeInWords(place, axis)}: `;
    const single = read.length === 1;
    this.#value.textContent = single
      ? `${where}${number(read[0].value)}`
      : where.replace(/: $/, '');
    this.#legend.hidden = single;
    if (single) return;
    this.#legend.replaceChildren(
      ...read.map(({ curve, value }) =>
        element(
          'li',
          {},
          swatch(curve, this.#colour),
          element('span', { class: 'name' }, curve.run),
          element('span', { class: 'value' }, number(value)),
        ),
      ),
    );
  }

  #fit(): void {
    if (this.#plot === undefined || this.#plot.width === this.#width) return;
    this.#plot.setSize({ width: this.#width, height });
    if (this.#settings !== undefined) this.#plot.setData(this.#data(this.#settings), true);
  }
}
