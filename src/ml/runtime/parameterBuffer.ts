import { showShape, sizeOf } from '../graph/index.ts';
import type { Shape } from '../graph/index.ts';
import { DeviceCopy } from './deviceCopy.ts';
import type { DeviceTensor, Feed, Feeds } from './deviceTensor.ts';
import type { ExecutionOptions } from './onnxRuntime.ts';
import type { Program } from './program.ts';

/** Name and shape of one parameter, without numbers. */
export interface ParameterShape {
  /** The checkpoint's key, verbatim: `transformer.h.0.attn.c_attn.weight`. */
  readonly name: string;
  readonly shape: Shape;
}

/** Where a parameter lies in a {@link ParameterBuffer}, counted in elements. */
export interface ParameterEntry extends ParameterShape {
  readonly offset: number;
  readonly size: number;
}

/**
 * The parameters of a model, or anything laid out like them (gradients, moments), as one flat
 * float32 array with a view per parameter, without gaps, in the given order. An optimiser walks
 * the flat array; a program reads and writes the views. It may lie over frozen parameters, which are
 * read with its own but are no part of its array: those under an adapter.
 */
export class ParameterBuffer {
  readonly entries: readonly ParameterEntry[];
  /** What is read through this buffer but never written. */
  readonly frozen: ParameterBuffer | null;
  readonly #data: Float32Array;
  readonly #views: ReadonlyMap<string, Float32Array>;
  readonly #device = new DeviceCopy();

  /**
   * Lays the parameters out over `data`, which becomes the buffer's, or over new zeros. Throws
   * where two share a name or the array has another size. A name that `frozen` has too hides it.
   */
  constructor(
    parameters: readonly ParameterShape[],
    data?: Float32Array,
    frozen: ParameterBuffer | null = null,
  ) {
    this.frozen = frozen;
    let offset = 0;
    this.entries = parameters.map(({ name, shape }) => {
      const entry = { name, shape: [...shape], offset, size: sizeOf(shape) };
      offset += entry.size;
      return entry;
    });
    if (data !== undefined && data.length !== offset) {
      throw new Error(`ParameterBuffer: expected ${offset} elements, got ${data.length}`);
    }
    const flat = data ?? new Float32Array(offset);
    this.#data = flat;
    this.#views = new Map(
      this.entries.map((entry) => [
        entry.name,
        flat.subarray(entry.offset, entry.offset + entry.size),
      ]),
    );
    if (this.#views.size !== this.entries.length) {
      throw new Error('ParameterBuffer: expected distinct names, got one twice');
    }
  }

  /**
   * All elements; the views of {@link ParameterBuffer.view} are windows on it. Whoever asks may write
   * to it: a copy on the device is given up. Throws while the numbers are newer on the device.
   */
  get data(): Float32Array {
    this.#device.giveUp();
    return this.#data;
  }

  /** The number of elements of all parameters together. */
  get size(): number {
    return this.#data.length;
  }

  /** Whether there is a parameter of this name, here or among the frozen ones. */
  has(name: string): boolean {
    return this.#views.has(name) || (this.frozen?.has(name) ?? false);
  }

  /** The window on one parameter, row-major; writing to it writes to the buffer. Throws if unknown. */
  view(name: string): Float32Array {
    if (this.#views.has(name)) this.#device.giveUp();
    const view =
      this.#views.get(name) ??
      (this.frozen?.has(name) === true ? this.frozen.view(name) : undefined);
    if (view === undefined) throw new Error(`ParameterBuffer: expected a parameter, got ${name}`);
    return view;
  }

  /** All windows by name, the frozen ones too, as a program takes them; names get the prefix. */
  views(prefix = ''): Record<string, Float32Array> {
    this.#device.giveUp();
    const own = [...this.#views].map(([name, view]) => [prefix + name, view] as const);
    return { ...this.frozen?.views(prefix), ...Object.fromEntries(own) };
  }

  /** Zeros in the same layout, without the frozen ones: for gradients or moments. */
  zerosLike(): ParameterBuffer {
    return new ParameterBuffer(this.entries);
  }

  /** What a program asks for among its inputs: windows, or for a GPU copies in its memory. */
  async feedsFor({ inputs, options }: Pick<Program, 'inputs' | 'options'>): Promise<Feeds> {
    const feeds: Record<string, Feed> = { ...(await this.frozen?.feedsFor({ inputs, options })) };
    const own: Iterable<readonly [string, Feed]> =
      options.device === 'webgpu' ? await this.onDevice(options) : Object.entries(this.views());
    for (const [name, feed] of own) if (inputs.has(name)) feeds[name] = feed;
    return feeds;
  }

  /** The parameters in the GPU's memory, without the frozen ones; they stay the buffer's. */
  onDevice(options: ExecutionOptions): Promise<ReadonlyMap<string, DeviceTensor>> {
    return this.#device.get(
      () =>
        new Map(this.entries.map(({ name, shape }) => [name, { shape, data: this.#own(name) }])),
      options,
    );
  }

  /** Takes over a parameter's new numbers on the device; those here are old until {@link toHost}. */
  replaceOnDevice(name: string, tensor: DeviceTensor): void {
    this.#device.replace(name, tensor);
  }

  /** Fetches what is newer on the device; without that `data` and `view` throw. */
  async toHost(): Promise<void> {
    await this.#device.fetchInto(Object.fromEntries(this.#views));
  }

  /** Frees the GPU's memory, if it holds any of it; what is newer there is lost. */
  releaseDevice(): void {
    this.#device.release();
  }

  #own(name: string): Float32Array {
    const view = this.#views.get(name);
    if (view === undefined) throw new Error(`ParameterBuffer: expected a parameter, got ${name}`);
    return view;
  }

  /** The same numbers in memory of their own, over the same frozen ones. */
  clone(): ParameterBuffer {
    return new ParameterBuffer(this.entries, this.data.slice(), this.frozen);
  }

  /** Takes the numbers of the parameters that both have; throws where shapes differ. Returns how many were taken. */
  copyFrom(other: ParameterBuffer): number {
    const shared = this.entries.filter(({ name }) => other.has(name));
    for (const { name, shape, size } of shared) {
      const source = other.view(name);
      if (source.length !== size) {
        throw new Error(
          `ParameterBuffer: expected ${name} ${showShape(shape)}, got ${source.length} elements`,
        );
      }
      this.view(name).set(source);
    }
    return shared.length;
  }
}
