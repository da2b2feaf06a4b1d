/** The words and numbers along the axes. */
import * as l10n from '@vscode/l10n';
import type { AxisKind } from './curve.ts';
import { duration, number } from './inWords.ts';

const minute = 60;
const hour = 60 * minute;

/** Distances between ticks of an axis in seconds that people find round. */
export const timeSteps: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12, 24, 48, 96, 240, 480].map((count) => count * hour),
];

/** A tick of the horizontal axis, as short as can be. Fractions of a step have none. */
export function placeTick(place: number | null, axis: AxisKind): string {
  if (place === null) return '';
  if (axis === 'step') {
    if (!Number.isInteger(place)) return '';
    return place >= 10_000 ? `${place / 1000}k` : String(place);
  }
  if (place < minute) return `${place}s`;
  if (place < hour) return `${Number((place / minute).toFixed(1))}m`;
  return `${Number((place / hour).toFixed(1))}h`;
}

/** A place in words: "step 40", "3 min 20 s". */
export function placeInWords(place: number, axis: AxisKind): string {
  return axis === 'step' ? l10n.t`step ${number(place)}` : duration(place);
}

/** Ticks of the vertical axis, as short as tells them apart; very large and small ones with a power of ten. */
export function valueTicks(values: readonly (number | null)[]): string[] {
  const shown = values.filter((value) => value !== null);
  for (let digits = 1; ; digits += 1) {
    const labels = values.map((value) => (value === null ? '' : valueTick(value, digits)));
    const distinct = new Set(shown.map((value) => valueTick(value, digits)));
    if (digits === 8 || distinct.size === new Set(shown).size) return labels;
  }
}

function valueTick(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3))
    return value.toExponential(Math.max(0, digits - 1));
  return String(Number(value.toPrecision(Math.max(3, digits))));
}

/**
 * Round numbers from `low` to `high`, about `count` of them; their distance is one of `steps`, or
 * 1, 2 or 5 times a power of ten.
 */
export function roundTicks(
  low: number,
  high: number,
  count: number,
  steps: readonly number[] = [],
): number[] {
  const wanted = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const decimal = [1, 2, 5, 10].map((factor) => factor * power);
  const step = [...steps, ...decimal].find((each) => each >= wanted) ?? 10 * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  );
}

/** The powers of ten between two positive numbers; both ends where there is none. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last < first) return [low, high];
  return Array.from({ length: last - first + 1 }, (_, at) => Number(`1e${first + at}`));
}
