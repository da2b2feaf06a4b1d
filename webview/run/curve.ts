/** What a chart draws: one metric's values of one or several runs, over steps or over time. */
import type { MetricSeries } from '../../src/protocol/runFold.ts';
import { firstAtOrAfter } from './pickPoints.ts';

/** What the charts' horizontal axis counts. `time` is seconds at work. */
export const axisKinds = ['step', 'time'] as const;
/** One of {@link axisKinds}. */
export type AxisKind = (typeof axisKinds)[number];

/** The theme's colours for charts. */
export type ChartColour = 'blue' | 'orange' | 'green' | 'purple' | 'red' | 'yellow';

/** How one of several runs is told from the others: by its colour and, without colours, its dashes. */
export interface RunStyle {
  /** Undefined for a single run: its curves have the colours of their groups. */
  readonly colour: ChartColour | undefined;
  /** Lengths of line and gap in pixels; empty for an unbroken line. */
  readonly dash: readonly number[];
}

/** A run among those that are drawn. */
export interface DrawnRun extends RunStyle {
  readonly id: string;
  readonly metrics: ReadonlyMap<string, MetricSeries>;
}

/** One metric of one run. */
export interface Curve extends RunStyle {
  readonly run: string;
  readonly series: MetricSeries;
}

const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 2], [1, 2]];
const colours: readonly ChartColour[] = ['blue', 'green', 'purple', 'yellow', 'red', 'orange'];

/** The style of the run at a place in the list of those drawn. */
export function runStyle(at: number, howMany: number): RunStyle {
  if (howMany === 1) return { colour: undefined, dash: [] };
  return { colour: colours[at % colours.length], dash: dashes[at % dashes.length] };
}

/** Where the values of a series stand on an axis. */
export function placesOf(series: MetricSeries, axis: AxisKind): readonly number[] {
  return axis === 'step' ? series.steps : series.seconds;
}

/** The index of the value nearest to a place; -1 in an empty series. */
export function nearest(places: readonly number[], place: number): number {
  const after = Math.min(firstAtOrAfter(places, place), places.length - 1);
  if (after <= 0) return after;
  return place - places[after - 1] < places[after] - place ? after - 1 : after;
}

/** From the first to the last place of all metrics of all runs, at least a unit apart. */
export function domainOf(runs: readonly DrawnRun[], axis: AxisKind): readonly [number, number] {
  let from = Infinity;
  let to = -Infinity;
  for (const { metrics } of runs) {
    for (const series of metrics.values()) {
      const places = placesOf(series, axis);
      from = Math.min(from, places.at(0) ?? Infinity);
      to = Math.max(to, places.at(-1) ?? -Infinity);
    }
  }
  if (from > to) return [0, 1];
  return to - from < 1 ? [from - 0.5, from + 0.5] : [from, to];
}
