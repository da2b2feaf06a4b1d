/** All curves of a run in their groups, with one zoom for all. */
import type { MetricSeries } from '../../src/protocol/runFold.ts';
import { button, element } from '../components/element.ts';
import { groupMetrics } from './metricGroups.ts';
import { MetricChart, type ChartSettings } from './metricChart.ts';

/** See the file's header. Charts are made as metrics appear. */
export class ChartBoard {
  readonly root = element('div', { class: 'board' });
  readonly #charts = new Map<string, MetricChart>();
  readonly #reset = button('Reset Zoom', () => this.#zoom(undefined));
  #metrics: ReadonlyMap<string, MetricSeries> = new Map();
  #settings: ChartSettings = { smoothing: 0, logScale: false, zoom: undefined };

  constructor() {
    this.#reset.hidden = true;
    this.root.addEventListener('dblclick', () => this.#zoom(undefined));
  }

  /** The button that shows all steps again; hidden while they are shown. */
  get reset(): HTMLElement {
    return this.#reset;
  }

  /** Draws the metrics. The map is only read, and read again when the settings change. */
  draw(metrics: ReadonlyMap<string, MetricSeries>): void {
    this.#metrics = metrics;
    if ([...metrics.keys()].join('\n') !== [...this.#charts.keys()].join('\n')) this.#arrange();
    for (const [name, chart] of this.#charts) {
      const series = metrics.get(name);
      if (series !== undefined) chart.draw(series, this.#settings);
    }
  }

  /** Changes how curves are drawn. */
  set(settings: Omit<ChartSettings, 'zoom'>): void {
    this.#settings = { ...settings, zoom: this.#settings.zoom };
    this.#remake();
  }

  /** Takes over the colours of a new theme. */
  recolour(): void {
    for (const chart of this.#charts.values()) chart.recolour();
  }

  #zoom(zoom: ChartSettings['zoom']): void {
    this.#settings = { ...this.#settings, zoom };
    this.#reset.hidden = zoom === undefined;
    this.draw(this.#metrics);
  }

  #remake(): void {
    this.#arrange();
    this.draw(this.#metrics);
  }

  #arrange(): void {
    for (const chart of this.#charts.values()) chart.dispose();
    this.#charts.clear();
    const sections = groupMetrics(this.#metrics.keys()).map(({ title, colour, metrics }) => {
      const charts = metrics.map((metric) => {
        const chart = new MetricChart(metric, colour, (from, to) => this.#zoom({ from, to }));
        this.#charts.set(metric, chart);
        return chart.root;
      });
      return element(
        'section',
        { 'aria-label': title },
        element('h2', {}, title),
        element('div', { class: 'charts' }, ...charts),
      );
    });
    this.root.replaceChildren(...sections);
  }
}
