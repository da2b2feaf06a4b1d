/** What executors have in common. */
import type { DType, Shape, TensorData } from '../graph/index.ts';

/** A value bound to a name for one run; the data is used in place, never copied. */
export interface BoundValue {
  readonly data: TensorData;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A native session. The owner must call `release`. */
export interface NativeSession {
  /** Runs the graph; every output is written into the array bound to it. */
  run(
    feeds: ReadonlyMap<string, BoundValue>,
    fetches: ReadonlyMap<string, BoundValue>,
  ): Promise<void>;
  release(): Promise<void>;
}
