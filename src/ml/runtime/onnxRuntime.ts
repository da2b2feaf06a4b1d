/**
 * The only file that touches onnxruntime-node, and so the only owner of native memory. The package
 * is loaded when the first program is compiled, so that whatever does not compute starts without it.
 */
import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor as NativeTensor } from 'onnxruntime-node';
import { InstructError } from '../../protocol/errors.ts';
import { runMarker } from '../onnx/index.ts';
import type { BoundValue, NativeSession } from './session.ts';
import { createWebAssemblySession } from './webAssembly.ts';

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

/**
 * Makes a session of a serialised model, in WebAssembly where the native module does not load.
 * Throws `InstructError` 'native-runtime-missing' where neither is there, 'out-of-memory' where there
 * is too little memory.
 */
export async function createNativeSession(
  model: Uint8Array,
  options: ExecutionOptions,
): Promise<NativeSession> {
  const runtime = await loadOnnxRuntime();
  if (typeof runtime === 'string') {
    return translatingFailures('compile', () => createWebAssemblySession(model, runtime));
  }
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

/** Why the native module does not load on this machine; undefined where it does. */
export async function nativeRuntimeProblem(): Promise<string | undefined> {
  const loaded = await loadOnnxRuntime();
  return typeof loaded === 'string' ? loaded : undefined;
}

/** The native module, or why it does not load. */
async function loadOnnxRuntime(): Promise<OnnxRuntime | string> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    return textOf(cause);
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
