/**
 * The charts as one picture, for papers and slides: laid out once as lines and texts, written as
 * SVG or painted on a canvas. Every run's curve as drawn on screen, smoothed and faint behind it.
 */
import type { Drawing } from './chartBoard.ts';
import { placesOf, type ChartColour, type Curve, type RunStyle } from './curve.ts';
import { shortName } from './metricGroups.ts';
import { firstAtOrAfter, pickPoints } from './pickPoints.ts';
import { Smoother } from './smooth.ts';
import { logTicks, roundTicks, timeSteps, placeTick, valueTicks } from './ticks.ts';

/** Points in pixels, a line each; a missing point breaks it. */
export type Polyline = readonly (readonly [x: number, y: number])[];

/** A piece of the picture. Colours are CSS colours. */
export type Piece =
  | {
      readonly kind: 'line';
      readonly points: Polyline;
      readonly colour: string;
      readonly width: number;
      readonly dash: readonly number[];
      readonly opacity: number;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly colour: string;
      readonly bold: boolean;
      readonly align: 'start' | 'middle' | 'end';
    };

/** A picture in pixels. */
export interface Figure {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  readonly pieces: readonly Piece[];
}

/** The colours a figure is made with. */
export interface FigureColours {
  readonly text: string;
  readonly quiet: string;
  readonly grid: string;
  readonly background: string;
  readonly chart: (colour: ChartColour) => string;
}

const columns = 3;
const cell = { width: 340, height: 210 };
const plot = { left: 52, top: 28, right: 14, bottom: 26 };
const margin = 16;
const heading = 30;

/** Lays out every chart of a drawing, three in a row. `title` stands on top. */
export function layFigure(drawing: Drawing, title: string, colours: FigureColours): Figure {
  const pieces: Piece[] = [text(margin, margin + 12, title, colours.text, { bold: true })];
  let y = margin + heading;
  const runs = new Map<string, RunStyle>();
  for (const { metrics } of drawing.groups) {
    for (const curve of metrics.flatMap((metric) => drawing.curvesOf(metric))) {
      runs.set(curve.run, curve);
    }
  }
  if (runs.size > 1) {
    for (const [run, style] of runs) {
      const colour = colours.chart(style.colour ?? 'blue');
      const sample: Polyline = [
        [margin, y - 4],
        [margin + 30, y - 4],
      ];
      pieces.push(line(sample, colour, 2, style.dash), text(margin + 38, y, run, colours.text));
      y += 18;
    }
    y += 8;
  }
  for (const group of drawing.groups) {
    pieces.push(text(margin, y + 14, group.title, colours.text, { bold: true }));
    y += heading - 6;
    group.metrics.forEach((metric, at) => {
      const left = margin + (at % columns) * cell.width;
      const top = y + Math.floor(at / columns) * cell.height;
      pieces.push(...chart(drawing, metric, group.colour, { left, top }, colours));
    });
    y += Math.ceil(group.metrics.length / columns) * cell.height;
  }
  return {
    width: 2 * margin + columns * cell.width,
    height: y + margin,
    background: colours.background,
    pieces,
  };
}

function chart(
  { curvesOf, settings }: Drawing,
  metric: string,
  colour: ChartColour,
  corner: { readonly left: number; readonly top: number },
  colours: FigureColours,
): Piece[] {
  const box = {
    left: corner.left + plot.left,
    top: corner.top + plot.top,
    width: cell.width - plot.left - plot.right,
    height: cell.height - plot.top - plot.bottom,
  };
  const [from, to] = settings.domain;
  const drawn = curvesOf(metric).map((curve) => pointsOf(curve, settings, box.width));
  const values = drawn.flatMap(({ raw, smoothed }) => [...raw, ...smoothed].map(([, v]) => v));
  const log = settings.logScale && values.some((value) => value > 0);
  const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const [low, high] = rangeOf(usable, log);
  const scale = (value: number) => (log ? Math.log10(value) : value);
  const x = (place: number) => box.left + ((place - from) / (to - from)) * box.width;
  const y = (value: number) =>
    box.top + box.height * (1 - (scale(value) - scale(low)) / (scale(high) - scale(low)));
  const pieces = [text(corner.left, corner.top + 16, shortName(metric), colours.text)];
  const rules = log ? logTicks(low, high) : roundTicks(low, high, 4);
  const labels = valueTicks(rules);
  for (const [index, tick] of rules.entries()) {
    const across: Polyline = [
      [box.left, y(tick)],
      [box.left + box.width, y(tick)],
    ];
    pieces.push(line(across, colours.grid, 1));
    const at = { align: 'end' } as const;
    pieces.push(text(box.left - 6, y(tick) + 4, labels[index], colours.quiet, at));
  }
  const steps = settings.axis === 'time' ? timeSteps : undefined;
  for (const tick of roundTicks(from, to, 5, steps)) {
    const label = placeTick(tick, settings.axis);
    const at = { align: 'middle' } as const;
    pieces.push(text(x(tick), box.top + box.height + 17, label, colours.quiet, at));
  }
  for (const { curve, raw, smoothed } of drawn) {
    const ink = colours.chart(curve.colour ?? colour);
    const place = (points: Polyline): Polyline =>
      points
        .filter(([at, value]) => at >= from && at <= to && (!log || value > 0))
        .map(([at, value]) => [x(at), y(value)]);
    const faint = settings.smoothing > 0;
    pieces.push(line(place(raw), ink, 1.1, curve.dash, faint ? 0.3 : 1));
    if (faint) pieces.push(line(place(smoothed), ink, 1.7, curve.dash));
  }
  return pieces;
}

function pointsOf(
  curve: Curve,
  { axis, domain, smoothing }: Drawing['settings'],
  width: number,
): { readonly curve: Curve; readonly raw: Polyline; readonly smoothed: Polyline } {
  const places = placesOf(curve.series, axis);
  const { values } = curve.series;
  const first = firstAtOrAfter(places, domain[0]);
  const last = Math.min(places.length, firstAtOrAfter(places, domain[1]) + 1);
  const points = pickPoints(values, first, last, width);
  const smoothed = new Smoother(smoothing).extend(values);
  return {
    curve,
    raw: points.map((at) => [places[at], values[at]]),
    smoothed: smoothing === 0 ? [] : points.map((at) => [places[at], smoothed[at]]),
  };
}

function rangeOf(values: readonly number[], log: boolean): readonly [number, number] {
  if (values.length === 0) return log ? [1, 10] : [0, 1];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  if (log) return high > low ? [low, high] : [low / 2, low * 2];
  const room = high > low ? 0.05 * (high - low) : Math.max(0.5, 0.1 * Math.abs(low));
  return [low - room, high + room];
}

function line(
  points: Polyline,
  colour: string,
  width: number,
  dash: readonly number[] = [],
  opacity = 1,
): Piece {
  return { kind: 'line', points, colour, width, dash, opacity };
}

function text(
  x: number,
  y: number,
  words: string,
  colour: string,
  look: { readonly bold?: boolean; readonly align?: 'start' | 'middle' | 'end' } = {},
): Piece {
  const { bold = false, align = 'start' } = look;
  return { kind: 'text', x, y, text: words, colour, bold, align };
}
