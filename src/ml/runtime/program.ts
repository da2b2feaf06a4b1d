import { dtypeOf, isOp, showShape, sizeOf } from '../graph/index.ts';
import type { Tensor, TensorData } from '../graph/index.ts';
import { onnxName, serializeModel } from '../onnx/index.ts';
import type { SerializedModel } from '../onnx/index.ts';
import { DeviceTensor } from './deviceTensor.ts';
import type { Feed, Feeds } from './deviceTensor.ts';
import { createNativeSession } from './onnxRuntime.ts';
import type { ExecutionOptions } from './onnxRuntime.ts';
import type { BoundValue, NativeSession } from './session.ts';
import { findOverlap } from './overlap.ts';
import { RunResult } from './runResult.ts';
import { createTfjsSession } from './tfjsSession.ts';

/** Arrays by the name of the input or output they belong to. */
export type Arrays = Readonly<Record<string, TensorData>>;

/**
 * A compiled graph. It owns a native session until disposed; the arrays fed and fetched stay the
 * caller's and are read and written in place.
 */
export class Program {
  /** How it was compiled. */
  readonly options: ExecutionOptions;
  readonly #model: SerializedModel;
  readonly #session: NativeSession;
  readonly #resident: ReadonlySet<string>;
  /** Pairs `input output` that may share memory: the caches of the cached attention. */
  readonly #inPlace: ReadonlySet<string>;
  /** What the last run was fed and wrote, in order: it was found not to overlap. */
  #apart = new WeakRef<readonly Feed[]>([]);
  #running = 0;
  #disposed = false;

  private constructor(
    model: SerializedModel,
    session: NativeSession,
    resident: ReadonlySet<string>,
    options: ExecutionOptions,
  ) {
    this.#model = model;
    this.#session = session;
    this.#resident = resident;
    this.options = options;
    this.#inPlace = inPlacePairs(model);
  }

  /**
   * Compiles the graph that computes the given outputs.
   *
   * @param resident Outputs that stay on the device, see {@link RunResult.device}; only by WebGPU.
   * @throws InstructError `native-runtime-missing`, `no-gpu` or `out-of-memory`.
   */
  static async compile(
    outputs: Readonly<Record<string, Tensor>>,
    options: ExecutionOptions = {},
    resident: readonly string[] = [],
  ): Promise<Program> {
    const kept = new Set(resident);
    if (kept.size > 0 && options.device !== 'webgpu') {
      throw new Error('Program.compile: expected the device webgpu for outputs that stay on it');
    }
    const model = serializeModel(outputs, {
      marked: kept.size === 0,
      forWebGpu: options.device === 'webgpu',
    });
    const session =
      options.backend === 'tfjs'
        ? await createTfjsSession(model)
        : await createNativeSession(model, options, kept);
    return new Program(model, session, kept, options);
  }

  /** The inputs to be fed, by name. */
  get inputs(): ReadonlyMap<string, Tensor<'input'>> {
    return this.#model.inputs;
  }

  /** What is computed, by name. */
  get outputs(): ReadonlyMap<string, Tensor> {
    return this.#model.outputs;
  }

  /**
   * Computes all outputs. Every input must be fed with an array of its dtype and size, in
   * row-major order. An output named in `into` is written into that array; the others get fresh
   * ones. The computation blocks this thread; the arrays must not be touched until the promise
   * settles. An array written may share memory with no other, but for the caches of
   * `groupQueryAttention`, which are updated in place if past and present are one array. Throws
   * `InstructError` 'out-of-memory'.
   */
  async run(feeds: Feeds, into: Arrays = {}): Promise<RunResult> {
    if (this.#disposed) throw new Error('Program.run: expected a live program, got a disposed one');
    const fed = bindFeeds(this.#model.inputs, feeds);
    const toArrays = [...this.#model.outputs].filter(([name]) => !this.#resident.has(name));
    const fetched = bindOutputs(new Map(toArrays), into);
    const bound = [...fed.values(), ...fetched.values()].map(({ data }) => data);
    const last = this.#apart.deref();
    if (last?.length !== bound.length || !bound.every((data, i) => data === last[i])) {
      this.#checkOverlap(feeds, into);
      this.#apart = new WeakRef(bound);
    }
    this.#running++;
    let onDevice: ReadonlyMap<string, DeviceTensor>;
    try {
      onDevice = await this.#session.run(fed, fetched);
    } finally {
      this.#running--;
      this.#releaseWhenIdle();
    }
    const arrays = toArrays.map(
      ([name]) => [name, boundTo(fetched, onnxName('out', name))] as const,
    );
    return new RunResult(new Map(arrays), onDevice);
  }

  /** Releases the native session, after the runs under way. Disposing twice does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#releaseWhenIdle();
  }

  #releaseWhenIdle(): void {
    if (!this.#disposed || this.#running > 0) return;
    this.#session.release().catch((error: unknown) => {
      process.emitWarning(`ONNX Runtime did not release a session: ${String(error)}`);
    });
  }

  #checkOverlap(feeds: Feeds, into: Arrays): void {
    const written = Object.entries(into).map(([name, data]) => ({ name, data, written: true }));
    const read = Object.entries(feeds).flatMap(([name, data]) => {
      const isCache = Object.entries(into).some(
        ([output, target]) => target === data && this.#inPlace.has(`${name} ${output}`),
      );
      return isCache || data instanceof DeviceTensor ? [] : [{ name, data, written: false }];
    });
    const overlap = findOverlap([...written, ...read]);
    if (overlap === null) return;
    const [first, second] = overlap;
    throw new Error(
      `Program.run: expected an output with memory of its own, got ${first.name} and ${second.name} overlapping`,
    );
  }
}

function bindFeeds(
  inputs: ReadonlyMap<string, Tensor>,
  feeds: Feeds,
): ReadonlyMap<string, BoundValue> {
  for (const name of Object.keys(feeds)) {
    if (inputs.has(name)) continue;
    throw new Error(`Program.run: expected inputs ${namesOf(inputs)}, got ${name}`);
  }
  const given = new Map(Object.entries(feeds));
  return new Map(
    [...inputs].map(([name, tensor]) => {
      const data = given.get(name);
      if (data === undefined) throw new Error(`Program.run: expected a feed for ${name}, got none`);
      return [onnxName('in', name), bind(name, tensor, data)];
    }),
  );
}

function bindOutputs(
  outputs: ReadonlyMap<string, Tensor>,
  into: Arrays,
): ReadonlyMap<string, BoundValue<TensorData>> {
  for (const name of Object.keys(into)) {
    if (outputs.has(name)) continue;
    throw new Error(`Program.run: expected outputs ${namesOf(outputs)}, got ${name}`);
  }
  const given = new Map(Object.entries(into));
  return new Map(
    [...outputs].map(([name, tensor]) => {
      const data = given.get(name) ?? emptyArray(tensor);
      return [onnxName('out', name), bind(name, tensor, data)];
    }),
  );
}

function bind<Data extends Feed>(
  name: string,
  { dtype, shape }: Tensor,
  data: Data,
): BoundValue<Data> {
  if (data instanceof DeviceTensor) {
    if (data.dtype === dtype && showShape(data.shape) === showShape(shape)) {
      return { data, dtype, shape };
    }
    throw new Error(
      `Program.run: expected ${dtype} ${showShape(shape)} for ${name}, got ${data.dtype} ${showShape(data.shape)}`,
    );
  }
  if (dtypeOf(data) === dtype && data.length === sizeOf(shape)) return { data, dtype, shape };
  throw new Error(
    `Program.run: expected ${dtype} ${showShape(shape)} for ${name}, got ${String(data.length)} elements of ${dtypeOf(data)}`,
  );
}

function emptyArray({ dtype, shape }: Tensor): TensorData {
  const size = sizeOf(shape);
  switch (dtype) {
    case 'float32':
      return new Float32Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'int64':
      return new BigInt64Array(size);
    case 'bool':
      return new Uint8Array(size);
  }
}

function boundTo(values: ReadonlyMap<string, BoundValue<TensorData>>, name: string): TensorData {
  const value = values.get(name);
  if (value === undefined) throw new Error(`Program.run: expected ${name} to be bound`);
  return value.data;
}

function inPlacePairs({ outputs }: SerializedModel): ReadonlySet<string> {
  const pairs = new Set<string>();
  for (const [name, tensor] of outputs) {
    const [attention] = tensor.inputs;
    if (!isOp(tensor, 'part') || attention.op !== 'groupQueryAttention') continue;
    const past = attention.inputs[attention.inputs.length - 5 + tensor.attributes.index];
    if (isOp(past, 'input')) pairs.add(`${past.attributes.name} ${name}`);
  }
  return pairs;
}

function namesOf(values: ReadonlyMap<string, unknown>): string {
  return [...values.keys()].join(', ');
}
