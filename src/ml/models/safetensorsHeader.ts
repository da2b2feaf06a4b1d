/**
 * The header of a safetensors file: eight bytes of length, JSON, then the tensors' bytes without
 * gaps. A header from disk is checked against the file's size, and every entry against its shape
 * and dtype, before a byte of data is trusted (huggingface/safetensors, README, "Format").
 */
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import { findDuplicateKey } from './duplicateKey.ts';

/** Bits of an element by the format's dtype names; what is not here is no safetensors dtype. */
const dtypeBits: ReadonlyMap<string, number> = new Map([
  ['BOOL', 8],
  ['U8', 8],
  ['I8', 8],
  ['F8_E4M3', 8],
  ['F8_E5M2', 8],
  ['F8_E8M0', 8],
  ['U16', 16],
  ['I16', 16],
  ['F16', 16],
  ['BF16', 16],
  ['U32', 32],
  ['I32', 32],
  ['F32', 32],
  ['U64', 64],
  ['I64', 64],
  ['F64', 64],
  ['C64', 64],
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
]);

/** The largest header that is read, as in the format's reference implementation. */
export const headerLimitBytes = 100_000_000;

/** What the header says of one tensor. Offsets count bytes from the end of the header. */
export interface TensorInfo {
  readonly name: string;
  /** By the format's names: `F32`, `BF16`, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
}

const size = z.int().min(0);
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});
const headerSchema = z.looseObject({ __metadata__: z.record(z.string(), z.string()).optional() });

/** How to turn a PyTorch checkpoint into a folder that can be read. */
export const convertRemedy =
  'Convert it with transformers: python -c "import sys; from transformers import AutoModelForCausalLM as M; ' +
  'M.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])" FOLDER NEW_FOLDER.';

/** The refusal of a file of weights: `message` goes on after the file's name. */
export function badWeights(
  path: string,
  message: string,
  remedy?: string,
  key?: string,
): InstructError {
  return new InstructError({
    code: 'bad-model',
    message: `${path}: ${message}`,
    remedy:
      remedy ??
      'The file is damaged or is no safetensors file: copy or download it again, or take it from a backup.',
    place: key === undefined ? { path } : { path, key },
  });
}

/**
 * The length of the JSON header, from the file's first bytes (eight, or all of a shorter file).
 *
 * @throws InstructError `bad-model` where it cannot be one: nothing of that size is then allocated.
 */
export function headerLength(start: Uint8Array, fileBytes: number, path: string): number {
  // A header's length begins with bytes like these too: 19,280 with "PK", 640 with a pickle's 0x80 0x02.
  if (startsWith(start, [0x50, 0x4b, 0x03, 0x04])) {
    throw badWeights(path, 'this is a PyTorch (zip) checkpoint, not safetensors', convertRemedy);
  }
  if (start[0] === 0x80 && start[1] < 6 && start.subarray(4).some((byte) => byte !== 0)) {
    throw badWeights(path, 'this is a PyTorch (pickle) checkpoint, not safetensors', convertRemedy);
  }
  const text = new TextDecoder().decode(start);
  if (text.startsWith('version ')) {
    const remedy = 'Fetch the real file with "git lfs pull".';
    throw badWeights(path, 'this is a Git LFS pointer, not the weights themselves', remedy);
  }
  if (start.length < 8 || fileBytes < 10) {
    throw badWeights(path, `expected at least 10 bytes, got ${fileBytes}: the file is truncated`);
  }
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > headerLimitBytes) {
    throw badWeights(path, `the header claims ${length} bytes, over ${headerLimitBytes}`);
  }
  if (length > fileBytes - 8) {
    throw badWeights(
      path,
      `the header claims ${length} bytes, but only ${fileBytes - 8} follow: the file is truncated`,
    );
  }
  if (length < 2) throw badWeights(path, `the header claims ${length} bytes, too few for JSON`);
  return length;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/**
 * The header's JSON, checked; `dataBytes` is how many bytes follow it.
 *
 * @throws InstructError `bad-model` naming the tensor and what is wrong with it.
 */
export function parseHeader(json: Uint8Array, dataBytes: number, path: string): SafetensorsHeader {
  const document = parseJson(json, path);
  const { __metadata__: metadata = {}, ...entries } = document;
  const tensors = Object.entries(entries).map(([name, entry]) => tensorInfo(name, entry, path));
  checkCoverage(tensors, dataBytes, path);
  return { tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), metadata };
}

function parseJson(json: Uint8Array, path: string): z.infer<typeof headerSchema> {
  let text: string;
  let document: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    document = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw badWeights(path, `the header is not JSON: ${reason}`);
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null) {
    throw badWeights(path, `the header has the key "${duplicate}" twice`, undefined, duplicate);
  }
  if (!text.startsWith('{')) throw badWeights(path, 'the header is not a JSON object');
  const result = headerSchema.safeParse(document);
  if (!result.success) {
    throw badWeights(path, 'the header is not a JSON object with texts under "__metadata__"');
  }
  return result.data;
}

function tensorInfo(name: string, entry: unknown, path: string): TensorInfo {
  const wrong = (message: string): InstructError =>
    badWeights(path, `tensor "${name}" ${message}`, undefined, name);
  const result = entrySchema.safeParse(entry);
  if (!result.success) {
    throw wrong('is not described by just "dtype", "shape" and two "data_offsets"');
  }
  const { dtype, shape } = result.data;
  const [begin, end] = result.data.data_offsets;
  const bitsEach = dtypeBits.get(dtype);
  if (bitsEach === undefined) throw wrong(`has the unknown dtype "${dtype}"`);
  const needed = (shape.reduce((product, length) => product * length, 1) * bitsEach) / 8;
  if (end - begin !== needed) {
    throw wrong(
      `of shape [${shape.join(', ')}] and ${dtype} needs ${needed} bytes, but ${end - begin} are given`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** Tensors must cover the data from its first to its last byte, without overlap or hole. */
function checkCoverage(tensors: readonly TensorInfo[], dataBytes: number, path: string): void {
  let covered = 0;
  let before = 'the header';
  const ordered = tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  for (const { name, begin, end } of ordered) {
    if (begin !== covered) {
      const what = begin < covered ? 'overlaps' : 'leaves a hole after';
      throw badWeights(path, `tensor "${name}" ${what} ${before}`, undefined, name);
    }
    if (end > dataBytes) {
      throw badWeights(
        path,
        `tensor "${name}" ends at byte ${end} of ${dataBytes}: the file is truncated`,
        undefined,
        name,
      );
    }
    covered = end;
    before = `"${name}"`;
  }
  if (covered !== dataBytes) {
    throw badWeights(path, `${dataBytes - covered} bytes after the last tensor belong to none`);
  }
}

/** The first bytes of a file: length and header, padded so that the data begins at a multiple of 8. */
export function encodeHeader({ tensors, metadata }: SafetensorsHeader): Uint8Array {
  // Written by hand: an object would move names that are whole numbers to the front.
  const pair = (key: string, value: unknown): string =>
    `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  const entries = [...tensors.values()].map(({ name, dtype, shape, begin, end }) =>
    pair(name, { dtype, shape, data_offsets: [begin, end] }),
  );
  const json = `{${[pair('__metadata__', metadata), ...entries].join(',')}}`;
  const bytes = new TextEncoder().encode(json);
  const padded = new Uint8Array(8 + Math.ceil(bytes.length / 8) * 8).fill(0x20);
  padded.set(bytes, 8);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  return padded;
}
