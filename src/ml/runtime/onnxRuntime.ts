/**
 * The only file that touches onnxruntime-node, and so the only owner of native memory. The package
 * is loaded when the first program is compiled, so that whatever does not compute starts without it.
 */
import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor as NativeTensor } from 'onnxruntime-node';
import { InstructError } from '../../protocol/errors.ts';
import type { DType, Shape, TensorData } from '../graph/index.ts';
import { runMarker } from '../onnx/index.ts';

/** How a compiled graph is to run. */
export interface ExecutionOptions {
  /** What runs graphs: ONNX Runtime when left out, or TensorFlow.js where the user has it. */
  readonly backend?: 'onnx' | 'tfjs';
  /** Threads for one op; the machine's cores, at most 8, when left out. */
  readonly threads?: number;
  /**
   * Whether worker threads wait for the next op by spinning: a little faster, but two programs, or
   * two processes, then fight for the cores. Off when left out.
   */
  readonly spinning?: boolean;
}

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

/**
 * Makes a session of a serialised model. Throws `InstructError` 'native-runtime-missing' where the
 * native module does not load, 'out-of-memory' where there is too little memory.
 */
export async function createNativeSession(
  model: Uint8Array,
  options: ExecutionOptions,
): Promise<NativeSession> {
  const runtime = await loadOnnxRuntime();
  const session = await translatingFailures('compile', () =>
    runtime.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: options.threads ?? Math.min(availableParallelism(), 8),
      interOpNumThreads: 1,
      // An arena of its own would keep every program's largest run: gigabytes over a few shapes.
      enableCpuMemArena: false,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      extra: {
        'session.intra_op.allow_spinning': options.spinning === true ? '1' : '0',
        // Folding would store the zeros a gradient starts from as large constants.
        'optimization.constant_folding_max_output_size_in_bytes': '1048576',
      },
    }),
  );
  const bind = (values: ReadonlyMap<string, BoundValue>): Record<string, NativeTensor> =>
    Object.fromEntries(
      [...values].map(([name, { data, dtype, shape }]) => [
        name,
        new runtime.Tensor(dtype, data, shape),
      ]),
    );
  return {
    async run(feeds, fetches) {
      await translatingFailures('run', () =>
        withoutCopies(() => session.run(bind(feeds), { [runMarker]: null, ...bind(fetches) })),
      );
    },
    release: () => session.release(),
  };
}

interface OnnxRuntime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof NativeTensor;
}

async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new InstructError(
      {
        code: 'native-runtime-missing',
        message: `ONNX Runtime does not load on ${process.platform}-${process.arch}: ${textOf(cause)}`,
        remedy:
          'Reinstall the extension for this platform (Windows, Linux, or macOS on Apple silicon).',
      },
      { cause },
    );
  }
}

/**
 * The binding computes, writes every fetched output in place, and then copies each into a new array
 * that nobody reads: half a gigabyte at each training step of 124 M parameters. It converts
 * outputs in their order and throws at the first that is no tensor; the marker is the first of all.
 */
async function withoutCopies(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (thrown) {
    if (!textOf(thrown).includes('Non tensor type is temporarily not supported')) throw thrown;
  }
}

async function translatingFailures<T>(doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!isOutOfMemory(cause)) throw cause;
    throw new InstructError(
      {
        code: 'out-of-memory',
        message: `Too little memory to ${doing} the model: ${textOf(cause)}`,
        remedy: 'Use a smaller batch, a shorter context or a smaller model.',
      },
      { cause },
    );
  }
}

/** Whether ONNX Runtime or Node failed to get memory, by the messages they give. */
export function isOutOfMemory(thrown: unknown): boolean {
  return /bad_alloc|failed to allocate|allocation failed|out of memory/i.test(textOf(thrown));
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
