import type { TensorData } from '../graph/index.ts';
import type { DeviceTensor } from './deviceTensor.ts';

/** The outputs of one run by name: the caller's arrays where it gave some, else fresh ones. */
export class RunResult {
  readonly #arrays: ReadonlyMap<string, TensorData>;

  readonly #onDevice: ReadonlyMap<string, DeviceTensor>;

  constructor(
    arrays: ReadonlyMap<string, TensorData>,
    onDevice: ReadonlyMap<string, DeviceTensor> = new Map(),
  ) {
    this.#arrays = arrays;
    this.#onDevice = onDevice;
  }

  /** An output that stayed on the device. Whoever ran the program owns it. Throws if there is none. */
  device(name: string): DeviceTensor {
    const tensor = this.#onDevice.get(name);
    if (tensor !== undefined) return tensor;
    throw new Error(`RunResult: expected an output on the device, got ${name}`);
  }

  /** Frees all outputs that stayed on the device, also those that went to others. */
  disposeDevice(): void {
    for (const tensor of this.#onDevice.values()) tensor.dispose();
  }

  /** The elements of an output in row-major order. Throws if there is none of this name. */
  get(name: string): TensorData {
    const data = this.#arrays.get(name);
    if (data !== undefined) return data;
    throw new Error(
      `RunResult: expected one of ${[...this.#arrays.keys()].join(', ')}, got ${name}`,
    );
  }

  /** The elements of a float32 output. Throws if it has another dtype. */
  float32(name: string): Float32Array {
    const data = this.get(name);
    if (data instanceof Float32Array) return data;
    throw new Error(`RunResult: expected float32 for ${name}, got ${data.constructor.name}`);
  }

  /** The number in an output of one element, of any dtype. Throws if it has several. */
  scalar(name: string): number {
    const data = this.get(name);
    if (data.length === 1) return Number(data[0]);
    throw new Error(`RunResult: expected one element for ${name}, got ${String(data.length)}`);
  }
}
