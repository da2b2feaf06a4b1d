import type { DeviceTensor } from './deviceTensor.ts';
import { fromDevice, toDevice } from './deviceTransfer.ts';
import type { ShapedArray } from './deviceTransfer.ts';
import type { ExecutionOptions } from './onnxRuntime.ts';

/**
 * The copy of some arrays in a GPU's memory: made when asked for, given up when the arrays may change,
 * fetched when it has become the newer one. Owns its tensors.
 */
export class DeviceCopy {
  #tensors: Map<string, DeviceTensor> | null = null;
  #options: ExecutionOptions = {};
  #isNewer = false;

  /** The tensors, made from the arrays where there are none; they stay the copy's. */
  async get(
    arrays: () => ReadonlyMap<string, ShapedArray>,
    options: ExecutionOptions,
  ): Promise<ReadonlyMap<string, DeviceTensor>> {
    this.#options = options;
    this.#tensors ??= await toDevice(arrays(), options);
    return this.#tensors;
  }

  /** Takes over a tensor's successor, which makes the copy the newer one. */
  replace(name: string, tensor: DeviceTensor): void {
    const old = this.#tensors?.get(name);
    if (old === undefined) throw new Error(`DeviceCopy: expected a tensor of it, got ${name}`);
    old.dispose();
    this.#tensors?.set(name, tensor);
    this.#isNewer = true;
  }

  /** Writes the newer numbers into the arrays; nothing to do where they are not newer. */
  async fetchInto(arrays: Readonly<Record<string, Float32Array>>): Promise<void> {
    if (!this.#isNewer || this.#tensors === null) return;
    await fromDevice(this.#tensors, arrays, this.#options);
    this.#isNewer = false;
  }

  /** Frees the copy because the arrays may change. Throws where it is the newer one. */
  giveUp(): void {
    if (this.#isNewer) {
      throw new Error('DeviceCopy: expected the newest numbers here, but they are on the device');
    }
    this.release();
  }

  /** Frees the tensors, the newer numbers too. */
  release(): void {
    for (const tensor of this.#tensors?.values() ?? []) tensor.dispose();
    this.#tensors = null;
    this.#isNewer = false;
  }
}
