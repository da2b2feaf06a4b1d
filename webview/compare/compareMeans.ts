/** What the completions of one column come to. */
import type { ComparedCell } from '../../src/protocol/comparePanel.ts';

/** Means over a column's finished completions; undefined where none has the number. */
export interface CompareMeans {
  readonly completions: number;
  /** Of those that were scored. */
  readonly score: number | undefined;
  /** In nats a completion, of those that could be compared with the reference. */
  readonly kl: number | undefined;
  readonly words: number | undefined;
}

/** See {@link CompareMeans}. */
export function compareMeans(cells: readonly (ComparedCell | undefined)[]): CompareMeans {
  const done = cells.filter((cell) => cell !== undefined).filter(({ state }) => state === 'done');
  return {
    completions: done.length,
    score: mean(done.map(({ score }) => score ?? undefined)),
    kl: mean(done.map(({ kl }) => (kl !== undefined && 'nats' in kl ? kl.nats : undefined))),
    words: mean(done.map(({ text }) => wordsIn(text))),
  };
}

/** Words of a completion. */
export function wordsIn(text: string): number {
  return text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '').length;
}

/** A number with so many decimals; what is rounded to nothing has no sign. */
export function decimals(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
