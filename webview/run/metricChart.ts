/** One metric's curve. The caption tells the value at the cursor, else the latest. */
import uPlot from 'uplot';
import type { MetricSeries } from '../../src/protocol/runFold.ts';
import { element } from '../components/element.ts';
import { number } from './inWords.ts';
import { shortName, type ChartColour } from './metricGroups.ts';
import { firstAtOrAfter, pickPoints } from './pickPoints.ts';
import { Smoother } from './smooth.ts';

/** How all charts are drawn. */
export interface ChartSettings {
  /** Weight of the past in the smoothed curve, 0 (none) to 0.99. */
  readonly smoothing: number;
  readonly logScale: boolean;
  /** The steps in sight; all when absent. */
  readonly zoom: { readonly from: number; readonly to: number } | undefined;
}

const height = 150;

/** A figure with a uPlot chart. Owns the chart: `dispose` when the figure goes. */
export class MetricChart {
  readonly root: HTMLElement;
  readonly #metric: string;
  readonly #colour: ChartColour;
  readonly #zoomed: (from: number, to: number) => void;
  readonly #value = element('span', { class: 'value' });
  readonly #plotAt: HTMLElement;
  readonly #resize: ResizeObserver;
  readonly #sight: IntersectionObserver;
  /** In CSS pixels; measured when it changes, since measuring at each update is slow. */
  #width = 300;
  #inSight = false;
  #stale = false;
  #plot: uPlot | undefined;
  #plotIsLog = false;
  #series: MetricSeries = { steps: [], values: [] };
  #smoother = new Smoother(0);
  #settings: ChartSettings = { smoothing: 0, logScale: false, zoom: undefined };

  /** `zoomed` is called with the steps that the user dragged over. */
  constructor(metric: string, colour: ChartColour, zoomed: (from: number, to: number) => void) {
    this.#metric = metric;
    this.#colour = colour;
    this.#zoomed = zoomed;
    this.#plotAt = element('div', { class: 'plot', role: 'img' });
    this.root = element(
      'figure',
      { class: 'chart' },
      element('figcaption', {}, element('span', {}, shortName(metric)), this.#value),
      this.#plotAt,
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
  draw(series: MetricSeries, settings: ChartSettings): void {
    if (settings.smoothing !== this.#settings.smoothing) {
      this.#smoother = new Smoother(settings.smoothing);
    }
    this.#series = series;
    this.#settings = settings;
    this.#stale = true;
    if (this.#inSight) this.#paint();
    this.#caption();
  }

  #paint(): void {
    this.#stale = false;
    const { values } = this.#series;
    const log = this.#settings.logScale && values.some((value) => value > 0);
    if (this.#plot === undefined || log !== this.#plotIsLog) this.#make(log);
    else this.#plot.setData(this.#data(), true);
    const ends = `first ${number(values.at(0) ?? NaN)}, latest ${number(values.at(-1) ?? NaN)}`;
    this.#plotAt.setAttribute('aria-label', `Curve of ${this.#metric}: ${ends}`);
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

  #data(): uPlot.AlignedData {
    const { steps, values } = this.#series;
    const { smoothing, zoom } = this.#settings;
    const from = zoom === undefined ? 0 : firstAtOrAfter(steps, zoom.from);
    const to = zoom === undefined ? steps.length : firstAtOrAfter(steps, zoom.to + 1);
    const points = pickPoints(values, from, to, this.#width);
    const drawable = (value: number) => (this.#plotIsLog && value <= 0 ? null : value);
    const smoothed = this.#smoother.extend(values);
    return [
      points.map((at) => steps[at]),
      points.map((at) => drawable(values[at])),
      points.map((at) => (smoothing === 0 ? null : drawable(smoothed[at]))),
    ];
  }

  #make(log: boolean): void {
    this.#plot?.destroy();
    this.#plotIsLog = log;
    const colour = () => themeColour(`--vscode-charts-${this.#colour}`);
    const axis = (): uPlot.Axis => ({
      stroke: () => themeColour('--vscode-descriptionForeground'),
      grid: { stroke: gridColour, width: 1 },
      ticks: { show: false },
      font: `11px ${getComputedStyle(document.body).fontFamily}`,
    });
    const { smoothing } = this.#settings;
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
          points: { size: 6, fill: colour, stroke: colour },
        },
        select: { show: true, left: 0, top: 0, width: 0, height: 0 },
        // 3 is logarithmic: uPlot's enum exists in its types only.
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
        scales: { x: { time: false }, y: log ? { distr: 3 } : {} },
        axes: [
          { ...axis(), size: 24, values: (_, ticks) => ticks.map(stepTick) },
          { ...axis(), size: 52, values: (_, ticks) => ticks.map(valueTick) },
        ],
        series: [
          {},
          {
            stroke: colour,
            width: 1.25,
            points: { show: false },
            alpha: smoothing === 0 ? 1 : 0.3,
          },
          { stroke: colour, width: 1.75, points: { show: false } },
        ],
        hooks: {
          setCursor: [() => this.#caption()],
          setSelect: [
            (plot) => {
              const { left, width } = plot.select;
              if (width < 4) return;
              const from = Math.round(plot.posToVal(left, 'x'));
              const to = Math.round(plot.posToVal(left + width, 'x'));
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              if (to > from) this.#zoomed(from, to);
            },
          ],
        },
      },
      this.#data(),
      this.#plotAt,
    );
  }

  #caption(): void {
    const { steps, values } = this.#series;
    const at = this.#plot?.cursor.idx ?? null;
    const shown = at === null ? undefined : this.#plot?.data[0].at(at);
    const index = shown === undefined ? values.length - 1 : firstAtOrAfter(steps, shown);
    const value = number(values.at(index) ?? NaN);
    this.#value.textContent = shown === undefined ? value : `step ${number(shown)}: ${value}`;
  }

  #fit(): void {
    if (this.#plot === undefined || this.#plot.width === this.#width) return;
    this.#plot.setSize({ width: this.#width, height });
    this.#plot.setData(this.#data(), true);
  }
}

function themeColour(variable: string): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
  return value === '' ? getComputedStyle(document.body).color : value;
}

/** Faint in every theme: the high-contrast ones have no faint line of their own. */
function gridColour(): string {
  return `color-mix(in srgb, ${themeColour('--vscode-foreground')} 15%, transparent)`;
}

function stepTick(step: number | null): string {
  if (step === null || !Number.isInteger(step)) return '';
  return step >= 10_000 ? `${step / 1000}k` : String(step);
}

function valueTick(value: number | null): string {
  if (value === null) return '';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(0);
  return String(Number(value.toPrecision(3)));
}
