/**
 * Token sequences packed for one run of a program: several in a row one after another, each blind to
 * the others, and the list of positions whose outputs are wanted. Everything per completion token is
 * then one flat list without padding inside it, cut back into episodes by {@link PackedBatch.offsets}.
 */
import { packRows, type Span } from './packRows.ts';

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
  /** Whether a row may hold several sequences: causality alone then does not keep them apart. */
  readonly shared: boolean;
}

/** A batch ready to be fed. Padding rows and positions repeat token 0 and position 0. */
export interface PackedBatch {
  readonly shape: BatchShape;
  /** [B, T] */
  readonly tokens: Int32Array;
  /** [B, T] the place of each token in its own sequence. */
  readonly places: Int32Array;
  /** [B, 1, T, T] 0 where a token sees another, else {@link unseen}; null where rows are not shared. */
  readonly mask: Float32Array | null;
  /** [N] index into the B·T positions. */
  readonly positions: Int32Array;
  /** [N] the token that follows each position. */
  readonly targets: Int32Array;
  /** Where each sequence's entries begin among the N; one longer than there are sequences. */
  readonly offsets: readonly number[];
  /** Tokens that are not padding. */
  readonly tokenCount: number;
}

/** Added to an attention score, gives probability 0. */
const unseen = -1e9;

/** Which positions of a sequence are wanted. */
export type WantedPositions =
  /** Those that predict each token of the completion: state before the token. */
  | 'completion'
  /** Those that predict every token but the first, the prompt's too. */
  | 'all'
  /** The last token alone. */
  | 'last';

/**
 * Packs sequences into one batch. Sizes are rounded up to few distinct shapes, because every shape
 * is compiled: see {@link packRows} for B and T; N is a power of two or one and a half times one.
 *
 * @param longest The longest T allowed, the model's context.
 * @throws Error when there is no sequence, or one is empty or too long.
 */
export function packBatch(
  sequences: readonly TokenSequence[],
  wanted: WantedPositions,
  longest: number,
): PackedBatch {
  const lengths = sequences.map(sequenceLength);
  const { rows, length, spans } = packRows(lengths, longest);
  const shared = new Set(spans.map(({ row }) => row)).size < spans.length;
  const tokens = new Int32Array(rows * length);
  const places = new Int32Array(rows * length);
  const positions: number[] = [];
  const targets: number[] = [];
  const offsets = [0];
  for (const [i, { prompt, completion }] of sequences.entries()) {
    const start = spans[i].row * length + spans[i].start;
    tokens.set(prompt, start);
    tokens.set(completion, start + prompt.length);
    for (let t = 0; t < lengths[i]; t++) places[start + t] = t;
    const first = firstWanted(wanted, prompt.length, lengths[i]);
    const last = wanted === 'last' ? lengths[i] : lengths[i] - 1;
    for (let t = first; t < last; t++) {
      positions.push(start + t);
      targets.push(t + 1 < lengths[i] ? tokens[start + t + 1] : 0);
    }
    offsets.push(positions.length);
  }
  const count = paddedCount(positions.length);
  return {
    shape: { rows, length, positions: count, shared },
    tokens,
    places,
    mask: shared ? maskOf(spans, lengths, rows, length) : null,
    positions: padded(positions, count),
    targets: padded(targets, count),
    offsets,
    tokenCount: lengths.reduce((sum, tokensHere) => sum + tokensHere, 0),
  };
}

/** A token sees itself and those before it in its own sequence; a padding token sees itself. */
function maskOf(
  spans: readonly Span[],
  lengths: readonly number[],
  rows: number,
  length: number,
): Float32Array {
  const mask = new Float32Array(rows * length * length).fill(unseen);
  for (let token = 0; token < rows * length; token++) mask[token * length + (token % length)] = 0;
  for (const [i, { row, start }] of spans.entries()) {
    for (let t = 0; t < lengths[i]; t++) {
      const first = (row * length + start + t) * length + start;
      mask.fill(0, first, first + t + 1);
    }
  }
  return mask;
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
export function shapeKey({ rows, length, positions, shared }: BatchShape): string {
  return `${rows}x${length}:${positions}${shared ? ' shared' : ''}`;
}
