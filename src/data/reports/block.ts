/** A report as blocks, so that Markdown and HTML say the same. */

/** A share with its 95 % interval, as a rung of a ladder. */
export interface Rung {
  readonly label: string;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** One bin of a reliability diagram. */
export interface Bin {
  readonly predicted: number;
  readonly observed: number;
  readonly comparisons: number;
}

/** A piece of a report. Texts are plain: each format escapes them. */
export type Block =
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly strong?: boolean }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** Cells are words, not numbers. */
      readonly words?: boolean;
    }
  /** Rates between 0 and 1; `middle` is what they are read against. */
  | { readonly kind: 'ladder'; readonly title: string; readonly rungs: readonly Rung[] }
  | { readonly kind: 'reliability'; readonly title: string; readonly bins: readonly Bin[] }
  | { readonly kind: 'code'; readonly text: string }
  | {
      readonly kind: 'answers';
      readonly prompt: string;
      readonly completions: readonly { readonly label: string; readonly text: string }[];
    };

/** A share as a percentage with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A number with so many decimals, and a real minus. */
export function fixed(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/** A number with its sign: `+0.12`, `−3.00`. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}
