/** Where sequences of different lengths lie in rows of one length, with little padding. */

/** Where one sequence lies. */
export interface Span {
  readonly row: number;
  /** Its first token's place in the row. */
  readonly start: number;
}

/** See {@link packRows}. */
export interface RowPlan {
  /** B, with some rows of padding. */
  readonly rows: number;
  /** T */
  readonly length: number;
  /** One a sequence, in the order of the sequences. */
  readonly spans: readonly Span[];
}

/** T is a multiple of this, or the model's context. */
const lengthStep = 32;
/** Short sequences share rows of at least this length: few rows are one padded row more. */
const shortestRow = 64;

/**
 * Packs sequences into rows, the longest first, each into the first row that has room (first-fit
 * decreasing). T fits the longest sequence, rounded up to a multiple of 32; B is rounded up by an
 * eighth at most, so that few distinct shapes come up.
 *
 * @param longest The longest T allowed.
 * @throws Error when there is no sequence, or one is empty or longer than `longest`.
 */
export function packRows(lengths: readonly number[], longest: number): RowPlan {
  const most = lengths.reduce((a, b) => Math.max(a, b), 0);
  if (most > longest || lengths.length === 0 || lengths.some((length) => length < 1)) {
    throw new Error(`packRows: expected sequences of 1 to ${longest} tokens, got ${most}`);
  }
  const fitting = Math.max(shortestRow, Math.ceil(most / lengthStep) * lengthStep);
  const length = Math.min(longest, fitting);
  const order = lengths.map((_, index) => index).sort((a, b) => lengths[b] - lengths[a] || a - b);
  const filled: number[] = [];
  const spans = new Array<Span>(lengths.length);
  for (const index of order) {
    const fits = filled.findIndex((used) => used + lengths[index] <= length);
    const row = fits === -1 ? filled.push(0) - 1 : fits;
    spans[index] = { row, start: filled[row] };
    filled[row] += lengths[index];
  }
  return { rows: roundRows(filled.length), length, spans };
}

/** 1 to 16, then in steps of an eighth of the power of two below. */
function roundRows(rows: number): number {
  const step = Math.max(1, 2 ** (Math.floor(Math.log2(rows)) - 3));
  return Math.ceil(rows / step) * step;
}
