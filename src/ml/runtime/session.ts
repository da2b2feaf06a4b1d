/** What executors have in common. */
import type { DType, Shape, TensorData } from '../graph/index.ts';
import type { DeviceTensor, Feed } from './deviceTensor.ts';

/** A value bound to a name for one run; arrays are used in place, never copied. */
export interface BoundValue<Data extends Feed = Feed> {
  readonly data: Data;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A native session. The owner must call `release`. */
export interface NativeSession {
  /**
   * Runs the graph; every output is written into the array bound to it. Those that were to stay on the
   * device have none and are given back, the caller's from then on.
   */
  run(
    feeds: ReadonlyMap<string, BoundValue>,
    fetches: ReadonlyMap<string, BoundValue<TensorData>>,
  ): Promise<ReadonlyMap<string, DeviceTensor>>;
  release(): Promise<void>;
}
