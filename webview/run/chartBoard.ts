/** All curves of the runs in their groups, with one axis and one zoom for all. */
import * as l10n from '@vscode/l10n';
import { button, element } from '../components/element.ts';
import { domainOf, type AxisKind, type Curve, type DrawnRun } from './curve.ts';
import { groupMetrics, type MetricGroup } from './metricGroups.ts';
import { MetricChart, type ChartActions, type ChartSettings } from './metricChart.ts';

/** What the user chooses about the drawing. */
export interface BoardSettings {
  readonly smoothing: number;
  readonly logScale: boolean;
  readonly axis: AxisKind;
}

/** A part of the axis. */
export type Zoom = readonly [from: number, to: number];

/** Everything that is drawn: also what an exported figure is made of. */
export interface Drawing {
  readonly groups: readonly MetricGroup[];
  readonly curvesOf: (metric: string) => readonly Curve[];
  readonly settings: ChartSettings;
}

/** See the file's header. Charts are made as metrics appear. */
export class ChartBoard {
  readonly root = element('div', { class: 'board' });
  readonly #charts = new Map<string, MetricChart>();
  readonly #changed: () => void;
  readonly #actions: ChartActions;
  readonly #reset = button(l10n.t('Reset Zoom'), () => this.#zoomTo(undefined));
  #runs: readonly DrawnRun[] = [];
  #groups: readonly MetricGroup[] = [];
  #settings: BoardSettings;
  #zoom: Zoom | undefined;
  #selected: number | undefined;
  #domain: Zoom = [0, 1];

  /**
   * `select` is called with the place that was clicked, `changed` when the user zoomed.
   * `zoom` is a zoom from before a reload.
   */
  constructor(
    settings: BoardSettings,
    zoom: Zoom | undefined,
    tell: { readonly select: (place: number) => void; readonly changed: () => void },
  ) {
    this.#settings = settings;
    this.#zoom = zoom;
    this.#changed = tell.changed;
    this.#actions = { zoom: (from, to) => this.#zoomTo([from, to]), select: tell.select };
    this.#reset.hidden = zoom === undefined;
    this.root.addEventListener('dblclick', () => this.#zoomTo(undefined));
  }

  /** The button that shows everything again; hidden while everything is shown. */
  get reset(): HTMLElement {
    return this.#reset;
  }

  get zoom(): Zoom | undefined {
    return this.#zoom;
  }

  /** What is in sight of the axis. */
  get domain(): Zoom {
    return this.#zoom ?? this.#domain;
  }

  get drawing(): Drawing {
    return {
      groups: this.#groups,
      curvesOf: (metric) => this.#curvesOf(metric),
      settings: this.#chartSettings(),
    };
  }

  /** Draws the runs; the first is the panel's own. Their metrics are only read. */
  draw(runs: readonly DrawnRun[]): void {
    this.#runs = runs;
    this.#domain = domainOf(runs, this.#settings.axis);
    const names = new Set(runs.flatMap(({ metrics }) => [...metrics.keys()]));
    if ([...names].join('\n') !== [...this.#charts.keys()].join('\n')) this.#arrange(names);
    const settings = this.#chartSettings();
    for (const [name, chart] of this.#charts) chart.draw(this.#curvesOf(name), settings);
  }

  /** Changes how curves are drawn. Another axis ends the zoom and the selection. */
  set(settings: BoardSettings): void {
    const otherAxis = settings.axis !== this.#settings.axis;
    this.#settings = settings;
    if (otherAxis) {
      this.#selected = undefined;
      this.#zoomTo(undefined);
    } else {
      this.draw(this.#runs);
    }
  }

  /** Marks a place in all charts; none when undefined. */
  select(place: number | undefined): void {
    this.#selected = place;
    this.draw(this.#runs);
  }

  /** Takes over the colours of a new theme. */
  recolour(): void {
    for (const chart of this.#charts.values()) chart.recolour();
  }

  #chartSettings(): ChartSettings {
    return { ...this.#settings, domain: this.domain, selected: this.#selected };
  }

  #curvesOf(metric: string): Curve[] {
    return this.#runs.flatMap(({ id, colour, dash, metrics }) => {
      const series = metrics.get(metric);
      return series === undefined ? [] : [{ run: id, colour, dash, series }];
    });
  }

  #zoomTo(zoom: Zoom | undefined): void {
    this.#zoom = zoom;
    this.#reset.hidden = zoom === undefined;
    this.draw(this.#runs);
    this.#changed();
  }

  #arrange(names: Iterable<string>): void {
    for (const chart of this.#charts.values()) chart.dispose();
    this.#charts.clear();
    this.#groups = groupMetrics(names);
    const made = new Map<string, MetricChart>();
    const sections = this.#groups.map(({ title, colour, metrics }) => {
      const charts = metrics.map((metric) => {
        const chart = new MetricChart(metric, colour, this.#actions);
        made.set(metric, chart);
        return chart.root;
      });
      return element(
        'section',
        { 'aria-label': title },
        element('h2', {}, title),
        element('div', { class: 'charts' }, ...charts),
      );
    });
    // In the order of the names, so that the same names are recognised the next time.
    for (const name of names) {
      const chart = made.get(name);
      if (chart !== undefined) this.#charts.set(name, chart);
    }
    this.root.replaceChildren(...sections);
  }
}
