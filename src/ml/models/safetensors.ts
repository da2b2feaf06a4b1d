/** Weights in safetensors files: read as float32 whatever they are stored as, written atomically. */
import { closeSync, openSync, readSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './halfPrecision.ts';
import { badWeights, encodeHeader, headerLength, parseHeader } from './safetensorsHeader.ts';
import type { SafetensorsHeader, TensorInfo } from './safetensorsHeader.ts';

/** A tensor in memory, row-major. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What weights can be stored as; the names are those of `torch_dtype` in a config.json. */
export const storageTypes = ['float32', 'float16', 'bfloat16'] as const;
/** One of {@link storageTypes}. */
export type StorageType = (typeof storageTypes)[number];

const formatNames = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const satisfies Record<
  StorageType,
  string
>;
const chunkElements = 1 << 20;
/** Node reads and writes less than 2 GiB at a time. */
const largestTransfer = 1 << 30;

/** An open safetensors file whose header was checked. Whoever opens it must close it. */
export class SafetensorsFile {
  readonly path: string;
  readonly header: SafetensorsHeader;
  /** Where the tensors' bytes begin in the file. */
  readonly dataStart: number;
  readonly #handle: FileHandle;

  private constructor(path: string, header: SafetensorsHeader, file: FileHandle, start: number) {
    this.path = path;
    this.header = header;
    this.#handle = file;
    this.dataStart = start;
  }

  /**
   * Opens a file and checks its header; no data is read.
   *
   * @throws InstructError `bad-model` where the file is truncated, damaged or of another kind.
   */
  static async open(path: string): Promise<SafetensorsFile> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const start = await readExactly(file, 0, new Uint8Array(Math.min(8, size)), path);
      const length = headerLength(start, size, path);
      const json = await readExactly(file, 8, new Uint8Array(length), path);
      const header = parseHeader(json, size - 8 - length, path);
      return new SafetensorsFile(path, header, file, 8 + length);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Reads one tensor, into `target` where given (which must have its size).
   *
   * @throws InstructError `bad-model` where there is no such tensor or it holds no floats.
   */
  async read(name: string, target?: Float32Array): Promise<Float32Array> {
    const info = this.header.tensors.get(name);
    if (info === undefined) {
      throw badWeights(this.path, `has no tensor "${name}"`, undefined, name);
    }
    const count = info.shape.reduce((product, length) => product * length, 1);
    if (target !== undefined && target.length !== count) {
      throw new Error(`SafetensorsFile.read: expected ${count} elements, got ${target.length}`);
    }
    const data = target ?? new Float32Array(count);
    await this.#fill(info, data);
    return data;
  }

  /** Whether a tensor has just these numbers; compared piece by piece, so that little is held. */
  async holds(name: string, data: Float32Array): Promise<boolean> {
    const info = this.header.tensors.get(name);
    const count = info?.shape.reduce((product, length) => product * length, 1);
    if (info === undefined || count !== data.length) return false;
    const piece = new Float32Array(Math.min(chunkElements, data.length));
    for (let done = 0; done < data.length; done += piece.length) {
      const wanted = data.subarray(done, done + piece.length);
      const found = piece.subarray(0, wanted.length);
      await this.#fill(info, found, done);
      if (!found.every((value, i) => value === wanted[i])) return false;
    }
    return true;
  }

  /** Reads as many elements as `data` has, from element `from` on. */
  async #fill({ name, dtype, begin }: TensorInfo, data: Float32Array, from = 0): Promise<void> {
    if (dtype === 'F32') {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      await readExactly(this.#handle, this.dataStart + begin + from * 4, bytes, this.path);
      return;
    }
    const at = this.dataStart + begin + from * 2;
    const decode = dtype === 'F16' ? decodeFloat16 : dtype === 'BF16' ? decodeBfloat16 : null;
    if (decode === null) {
      throw badWeights(
        this.path,
        `tensor "${name}" is stored as ${dtype}; only F32, F16 and BF16 can be read`,
        'Load the model with transformers and save it with torch_dtype float32, float16 or bfloat16.',
        name,
      );
    }
    const words = new Uint16Array(Math.min(chunkElements, data.length));
    for (let done = 0; done < data.length; done += words.length) {
      const part = data.subarray(done, done + words.length);
      const bytes = new Uint8Array(words.buffer, 0, part.length * 2);
      await readExactly(this.#handle, at + done * 2, bytes, this.path);
      decode(words, part);
    }
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * All tensors of a file, in its order, as float32.
 *
 * @throws InstructError `bad-model`, see {@link SafetensorsFile}.
 */
export async function readSafetensors(path: string): Promise<Map<string, StoredTensor>> {
  const file = await SafetensorsFile.open(path);
  try {
    const tensors = new Map<string, StoredTensor>();
    for (const { name, shape } of file.header.tensors.values()) {
      tensors.set(name, { shape, data: await file.read(name) });
    }
    return tensors;
  } finally {
    await file.close();
  }
}

/**
 * The tensors of a float32 file, none of them in memory: each is read anew whenever its data are asked
 * for, which throws where the file has gone or is shorter by then.
 *
 * @throws InstructError `bad-model`, see {@link SafetensorsFile}; also where a tensor is no float32.
 */
export async function unreadTensors(path: string): Promise<Map<string, StoredTensor>> {
  const file = await SafetensorsFile.open(path);
  await file.close();
  return new Map(
    [...file.header.tensors.values()].map(({ name, shape, dtype, begin, end }) => {
      if (dtype !== 'F32')
        throw badWeights(path, `tensor "${name}" is no float32`, undefined, name);
      const place = { from: file.dataStart + begin, sizeBytes: end - begin };
      return [name, new UnreadTensor(path, shape, place)];
    }),
  );
}

class UnreadTensor implements StoredTensor {
  readonly shape: readonly number[];
  readonly #path: string;
  readonly #place: { readonly from: number; readonly sizeBytes: number };

  constructor(
    path: string,
    shape: readonly number[],
    place: { readonly from: number; readonly sizeBytes: number },
  ) {
    this.#path = path;
    this.shape = shape;
    this.#place = place;
  }

  get data(): Float32Array {
    const { from, sizeBytes } = this.#place;
    const bytes = new Uint8Array(sizeBytes);
    const file = openSync(this.#path, 'r');
    try {
      for (let done = 0; done < sizeBytes;) {
        const length = Math.min(sizeBytes - done, largestTransfer);
        const count = readSync(file, bytes, done, length, from + done);
        if (count === 0) throw badWeights(this.#path, 'ended while it was being read');
        done += count;
      }
    } finally {
      closeSync(file);
    }
    return new Float32Array(bytes.buffer);
  }
}

/** How {@link writeSafetensors} stores. */
export interface WriteOptions {
  /** float32 when left out. */
  readonly storage?: StorageType;
  /** Texts for the header; `format: pt` is always there, as transformers asks for it. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes tensors to a file, in the map's order. The file is written under another name, flushed and
 * renamed: whatever happens, there is the old file or the whole new one, and nothing beside it.
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  { storage = 'float32', metadata = {} }: WriteOptions = {},
): Promise<void> {
  const bytesEach = storage === 'float32' ? 4 : 2;
  const infos = new Map<string, TensorInfo>();
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const count = shape.reduce((product, length) => product * length, 1);
    if (count !== data.length || name === '__metadata__') {
      throw new Error(
        `writeSafetensors: expected ${count} elements for ${name} [${shape.join(', ')}], got ${data.length}`,
      );
    }
    const begin = end;
    end += count * bytesEach;
    infos.set(name, { name, dtype: formatNames[storage], shape, begin, end });
  }
  const header = encodeHeader({ tensors: infos, metadata: { format: 'pt', ...metadata } });
  await writeFileAtomically(path, async (file) => {
    await writeFully(file, header);
    for (const { data } of tensors.values()) await writeElements(file, data, storage);
  });
}

async function writeElements(
  file: FileHandle,
  data: Float32Array,
  storage: StorageType,
): Promise<void> {
  if (storage === 'float32') {
    await writeFully(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return;
  }
  const encode = storage === 'float16' ? encodeFloat16 : encodeBfloat16;
  for (let done = 0; done < data.length; done += chunkElements) {
    const part = data.subarray(done, done + chunkElements);
    const words = new Uint16Array(part.length);
    encode(part, words);
    await writeFully(file, new Uint8Array(words.buffer));
  }
}

/**
 * Gives a new file under a temporary name to `fill`, then flushes it and renames it into place. On
 * any failure the temporary file is removed and an older file of that name stands.
 */
export async function writeFileAtomically(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Flushes a folder, so that a rename in it survives a power cut; Windows has no such thing. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(bytes.length - done, largestTransfer);
    done += (await file.write(bytes, done, length)).bytesWritten;
  }
}

async function readExactly(
  file: FileHandle,
  position: number,
  bytes: Uint8Array,
  path: string,
): Promise<Uint8Array> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(bytes.length - done, largestTransfer);
    const { bytesRead } = await file.read(bytes, done, length, position + done);
    if (bytesRead === 0) throw badWeights(path, 'ended while it was being read');
    done += bytesRead;
  }
  return bytes;
}
