import type { Tensor as NativeTensor } from 'onnxruntime-node';
import type { DType, Shape, TensorData } from '../graph/index.ts';

/** What is known of a tensor before it is computed. */
interface Typed {
  readonly dtype: DType;
  readonly shape: Shape;
}

/**
 * A tensor in the memory of a GPU, as a program left it there. It may be fed to other programs on the
 * same device, never read here. The owner must dispose it: garbage collection knows nothing of the
 * GPU's memory.
 */
export class DeviceTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly #native: NativeTensor;
  readonly #onDispose: () => void;
  #disposed = false;

  /**
   * @param native Becomes this tensor's.
   * @param onDispose Called once its memory is free.
   */
  constructor(native: NativeTensor, typed: Typed, onDispose: () => void) {
    this.#native = native;
    this.dtype = typed.dtype;
    this.shape = typed.shape;
    this.#onDispose = onDispose;
  }

  /** What ONNX Runtime is given. Throws once disposed: its memory is another's by then. */
  get native(): NativeTensor {
    if (this.#disposed) throw new Error('DeviceTensor: expected a live tensor, got a disposed one');
    return this.#native;
  }

  /** Frees the memory. Disposing twice does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#native.dispose();
    this.#onDispose();
  }
}

/** What a program may be fed with. */
export type Feed = TensorData | DeviceTensor;
/** Feeds by the name of the input. */
export type Feeds = Readonly<Record<string, Feed>>;
