/**
 * Token sequences packed for one run of a program: right-padded tokens, and the list of positions
 * whose outputs are wanted. Everything per completion token is then one flat list without padding
 * inside it, cut back into episodes by {@link PackedBatch.offsets}.
 */

/** A prompt and what follows it, as token ids. */
export interface TokenSequence {
  readonly prompt: readonly number[];
  readonly completion: readonly number[];
}

/** Tokens of a sequence, prompt and completion. */
export function sequenceLength({ prompt, completion }: TokenSequence): number {
  return prompt.length + completion.length;
}

/** The static shape of a batch; programs are compiled once per shape. */
export interface BatchShape {
  /** B: rows. */
  readonly rows: number;
  /** T: tokens of a row, padding included. */
  readonly length: number;
  /** N: positions whose outputs are wanted, padding included. */
  readonly positions: number;
}

/** A batch ready to be fed. Padding rows and positions repeat token 0 and position 0. */
export interface PackedBatch {
  readonly shape: BatchShape;
  /** [B, T] */
  readonly tokens: Int32Array;
  /** [N] index into the B·T positions. */
  readonly positions: Int32Array;
  /** [N] the token that follows each position. */
  readonly targets: Int32Array;
  /** Where each sequence's entries begin among the N; one longer than there are sequences. */
  readonly offsets: readonly number[];
  /** Tokens that are not padding. */
  readonly tokenCount: number;
}

/** T is a multiple of this, or the model's context. */
const lengthStep = 32;

/** Which positions of a sequence are wanted. */
export type WantedPositions =
  /** Those that predict each token of the completion: state before the token. */
  | 'completion'
  /** Those that predict every token but the first, the prompt's too. */
  | 'all'
  /** The last token alone. */
  | 'last';

/**
 * Packs sequences into one batch. Lengths and counts are rounded up to few distinct shapes, because
 * a compiled program keeps the memory of its largest run: T to a multiple of {@link lengthStep}, N to
 * a power of two or one and a half times one.
 *
 * `rows` is B, more than there are sequences where a batch is not full; `longest` the longest T
 * allowed, the model's context.
 *
 * @throws Error when there are more sequences than rows, or one is empty or too long.
 */
export function packBatch(
  sequences: readonly TokenSequence[],
  wanted: WantedPositions,
  { rows, longest }: { readonly rows: number; readonly longest: number },
): PackedBatch {
  if (sequences.length === 0 || sequences.length > rows) {
    throw new Error(`packBatch: expected 1 to ${rows} sequences, got ${sequences.length}`);
  }
  const whole = sequences.map(({ prompt, completion }) => [...prompt, ...completion]);
  const longestHere = Math.max(...whole.map((tokens) => tokens.length));
  if (longestHere > longest || whole.some((tokens) => tokens.length === 0)) {
    throw new Error(`packBatch: expected 1 to ${longest} tokens, got ${longestHere}`);
  }
  const length = Math.min(longest, roundUp(longestHere, lengthStep));
  const positions: number[] = [];
  const targets: number[] = [];
  const offsets = [0];
  sequences.forEach(({ prompt }, row) => {
    const tokens = whole[row];
    const first = firstWanted(wanted, prompt.length, tokens.length);
    const last = wanted === 'last' ? tokens.length : tokens.length - 1;
    for (let t = first; t < last; t++) {
      positions.push(row * length + t);
      targets.push(t + 1 < tokens.length ? tokens[t + 1] : 0);
    }
    offsets.push(positions.length);
  });
  const count = wanted === 'last' ? rows : paddedCount(positions.length);
  const shape: BatchShape = { rows, length, positions: count };
  const packed = new Int32Array(rows * length);
  whole.forEach((tokens, row) => {
    packed.set(tokens, row * length);
  });
  return {
    shape,
    tokens: packed,
    positions: padded(positions, count),
    targets: padded(targets, count),
    offsets,
    tokenCount: whole.reduce((sum, tokens) => sum + tokens.length, 0),
  };
}

function firstWanted(wanted: WantedPositions, promptLength: number, length: number): number {
  if (wanted === 'last') return length - 1;
  return wanted === 'all' ? 0 : Math.max(0, promptLength - 1);
}

function padded(values: readonly number[], length: number): Int32Array {
  const array = new Int32Array(length);
  array.set(values);
  return array;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** The count with its padding: 32, 48, 64, 96, 128, 192 and so on. */
function paddedCount(count: number): number {
  const power = Math.max(32, 2 ** Math.ceil(Math.log2(Math.max(1, count))));
  return power > 32 && count <= 0.75 * power ? 0.75 * power : power;
}

/** The entries of each sequence: views into a flat [N] list. */
export function splitBySequence(flat: Float32Array, offsets: readonly number[]): Float32Array[] {
  return offsets.slice(1).map((end, i) => flat.subarray(offsets[i], end));
}

/** One flat list of N entries from each sequence's own; the padding at its end is 0. */
export function joinSequences(rows: readonly Float32Array[], count: number): Float32Array {
  const flat = new Float32Array(count);
  let offset = 0;
  for (const row of rows) {
    flat.set(row, offset);
    offset += row.length;
  }
  return flat;
}

/** A batch key for caches of programs. */
export function shapeKey({ rows, length, positions }: BatchShape): string {
  return `${rows}x${length}:${positions}`;
}
