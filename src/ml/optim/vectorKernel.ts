/**
 * The two passes over all parameters that a step costs beside the model, four numbers at a time: a
 * WebAssembly module of two loops, assembled here from the instructions of the WebAssembly
 * specification, 2.0, section 5.4. It has memory of its own for a block of each array, small enough
 * to stay in the processor's cache; the callers copy blocks in and out.
 */

/** Elements of a block. */
const blockSize = 8192;

/** The constants of one AdamW update, see `AdamW`. */
export interface Update {
  readonly gradientScale: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly keep: number;
  readonly stepSize: number;
  readonly rootCorrection: number;
  readonly epsilon: number;
}

/** The arrays of an update, all laid out alike; all but the gradients are changed. */
export interface UpdatedArrays {
  readonly gradients: Float32Array;
  readonly mean: Float32Array;
  readonly meanSquare: Float32Array;
  readonly data: Float32Array;
}

const [type, functions, memories, exports, code] = [1, 3, 5, 7, 10];
const [i32, f32, f64, v128] = [0x7f, 0x7d, 0x7c, 0x7b];

const simd = (opcode: number, ...rest: readonly number[]): number[] => [
  0xfd,
  ...unsigned(opcode),
  ...rest,
];
const get = (local: number): number[] => [0x20, ...unsigned(local)];
const set = (local: number): number[] => [0x21, ...unsigned(local)];
const tee = (local: number): number[] => [0x22, ...unsigned(local)];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const splat = simd(0x13);
const [root, plus, minus, times, over] = [0xe3, 0xe4, 0xe5, 0xe6, 0xe7].map((op) => simd(op));
const [plus64, times64, promoteLow] = [0xf0, 0xf2, 0x5f].map((op) => simd(op));
const upperHalf = simd(0x0d, ...Array.from({ length: 16 }, (_, i) => 8 + (i % 8)));

/** The block of `UpdatedArrays`' i-th array at the loop's position, local 0. */
const load = (array: number): number[] => [...get(0), ...simd(0, 4, ...unsigned(offsetOf(array)))];
const store = (array: number, value: readonly number[]): number[] => [
  ...get(0),
  ...value,
  ...simd(0x0b, 4, ...unsigned(offsetOf(array))),
];

function offsetOf(array: number): number {
  return array * blockSize * Float32Array.BYTES_PER_ELEMENT;
}

/** A loop that steps local 0 down by 16 bytes before each turn, until it was 0. */
const downwards = (body: readonly number[]): number[] => [
  ...[0x03, 0x40], // loop
  ...get(0),
  ...constant(16),
  0x6b, // i32.sub
  ...set(0),
  ...body,
  ...get(0),
  ...[0x0d, 0], // br_if
  0x0b, // end
];

/**
 * Locals: 0 the bytes of the block, 1 to 7 the constants in the order of {@link Update} and 8, 9
 * one less the betas; 10 to 18 the same in every lane; 19 to 21 gradient, mean, mean square.
 */
const updateBody = [
  ...Array.from({ length: 9 }, (_, i) => [...get(1 + i), ...splat, ...set(10 + i)]).flat(),
  ...downwards([
    ...[...load(0), ...get(10), ...times, ...set(19)],
    ...store(1, [
      ...[...get(11), ...load(1), ...times],
      ...[...get(17), ...get(19), ...times],
      ...[...plus, ...tee(20)],
    ]),
    ...store(2, [
      ...[...get(12), ...load(2), ...times],
      ...[...get(18), ...get(19), ...get(19), ...times, ...times],
      ...[...plus, ...tee(21)],
    ]),
    ...store(3, [
      ...[...get(13), ...load(3), ...times],
      ...[...get(14), ...get(20), ...times],
      ...[...get(21), ...root, ...get(15), ...times, ...get(16), ...plus],
      ...[...over, ...minus],
    ]),
  ]),
];

/** Locals: 0 the bytes of the block, 1 the sums in two lanes, 2 four gradients, 3 two of them. */
const squaresBody = [
  ...downwards([
    ...[...load(0), ...tee(2), ...promoteLow, ...tee(3), ...get(3), ...times64],
    ...[...get(2), ...get(2), ...upperHalf, ...promoteLow, ...tee(3), ...get(3), ...times64],
    ...[...plus64, ...get(1), ...plus64, ...set(1)],
  ]),
  ...[...get(1), ...simd(0x21, 0), ...get(1), ...simd(0x21, 1), 0xa0], // f64.add of both lanes
];

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const update = functionBody([12, v128], updateBody);
  const squares = functionBody([3, v128], squaresBody);
  const pages = Math.ceil(offsetOf(4) / 65536);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      type,
      vector([
        [0x60, ...vector([i32, ...Array<number>(9).fill(f32)].map((t) => [t])), 0],
        [0x60, 1, i32, 1, f64],
      ]),
    ),
    ...section(functions, vector([[0], [1]])),
    ...section(memories, vector([[0, pages]])),
    ...section(
      exports,
      vector([exported('memory', 2, 0), exported('update', 0, 0), exported('squares', 0, 1)]),
    ),
    ...section(code, vector([update, squares])),
  ]);
}

function functionBody(locals: readonly number[], body: readonly number[]): number[] {
  const bytes = [...vector([locals]), ...body, 0x0b];
  return [...unsigned(bytes.length), ...bytes];
}

function exported(name: string, kind: number, index: number): number[] {
  return [...vector([...new TextEncoder().encode(name)].map((byte) => [byte])), kind, index];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** LEB128 of a small non-negative number, whose highest bit is its sign. */
function signed(value: number): number[] {
  if (value >= 64) throw new Error(`signed: expected a number below 64, got ${value}`);
  return [value];
}

/** Copies blocks into a WebAssembly instance, lets it work, and copies back what changed. */
class VectorKernel {
  readonly #blocks: readonly Float32Array[];
  readonly #update: (...args: number[]) => unknown;
  readonly #squares: (...args: number[]) => unknown;

  constructor() {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
    const { memory, update, squares } = instance.exports;
    if (
      !(memory instanceof WebAssembly.Memory) ||
      typeof update !== 'function' ||
      typeof squares !== 'function'
    ) {
      throw new Error('VectorKernel: expected a memory and two functions');
    }
    this.#blocks = [0, 1, 2, 3].map(
      (array) => new Float32Array(memory.buffer, offsetOf(array), blockSize),
    );
    this.#update = update;
    this.#squares = squares;
  }

  /** One AdamW update of the elements `start <= i < end`, in single precision as PyTorch's. */
  update(arrays: UpdatedArrays, start: number, end: number, constants: Update): void {
    const { gradientScale, beta1, beta2, keep, stepSize, rootCorrection, epsilon } = constants;
    const lists = [arrays.gradients, arrays.mean, arrays.meanSquare, arrays.data];
    for (let from = start; from < end; from += blockSize) {
      const to = Math.min(end, from + blockSize);
      for (const [i, list] of lists.entries()) this.#blocks[i].set(list.subarray(from, to));
      this.#update(
        bytesOf(to - from),
        ...[gradientScale, beta1, beta2, keep, stepSize, rootCorrection, epsilon],
        ...[1 - beta1, 1 - beta2],
      );
      for (const i of [1, 2, 3]) lists[i].set(this.#blocks[i].subarray(0, to - from), from);
    }
  }

  /** Σ x², added up in double precision. */
  sumOfSquares(values: Float32Array): number {
    const [block] = this.#blocks;
    let sum = 0;
    for (let from = 0; from < values.length; from += blockSize) {
      const part = values.subarray(from, from + blockSize);
      block.set(part);
      block.fill(0, part.length, Math.min(blockSize, part.length + 3));
      sum += Number(this.#squares(bytesOf(part.length)));
    }
    return sum;
  }
}

/** The bytes of so many elements and what is missing to whole groups of four. */
function bytesOf(elements: number): number {
  return Math.ceil(elements / 4) * 16;
}

/** The one instance: what its memory holds means nothing between calls. */
export const vectorKernel = new VectorKernel();
