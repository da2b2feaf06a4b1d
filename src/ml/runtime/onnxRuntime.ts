/**
 * The only file that touches onnxruntime-node, and so the only owner of native memory. The package
 * is loaded when the first program is compiled, so that whatever does not compute starts without it.
 */
import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor as NativeTensor } from 'onnxruntime-node';
import { InstructError } from '../../protocol/errors.ts';
import { input, sameShape } from '../graph/index.ts';
import type { TensorData } from '../graph/index.ts';
import { onnxName, runMarker, serializeModel } from '../onnx/index.ts';
import type { SerializedModel } from '../onnx/index.ts';
import { DeviceTensor } from './deviceTensor.ts';
import type { BoundValue, NativeSession } from './session.ts';
import { createWebAssemblySession } from './webAssembly.ts';

/** How a compiled graph is to run. */
export interface ExecutionOptions {
  /** What runs graphs: ONNX Runtime when left out, or TensorFlow.js where the user has it. */
  readonly backend?: 'onnx' | 'tfjs';
  /**
   * Where ONNX Runtime computes: the processor when left out; `webgpu` any vendor's GPU, `cuda` an
   * NVIDIA one where the user has installed onnxruntime-node's CUDA files.
   */
  readonly device?: 'cpu' | 'webgpu' | 'cuda';
  /** Threads for one op; the machine's cores, at most 8, when left out. */
  readonly threads?: number;
  /**
   * Whether worker threads wait for the next op by spinning: a little faster, but two programs, or
   * two processes, then fight for the cores. Off when left out.
   */
  readonly spinning?: boolean;
  /** Told what goes on otherwise than it was asked for, as a code and a sentence. */
  readonly warn?: (code: string, message: string) => void;
}

/**
 * Makes a session of a serialised model, in WebAssembly where the native module does not load.
 *
 * @param resident Outputs, by their names, that are to stay in the GPU's memory; the model is then
 * one without the run marker.
 * @throws InstructError `native-runtime-missing` where neither is there, `no-gpu` where the device
 * asked for is not there, `out-of-memory` where there is too little memory.
 */
export async function createNativeSession(
  model: SerializedModel,
  options: ExecutionOptions,
  resident: ReadonlySet<string> = new Set(),
): Promise<NativeSession> {
  const runtime = await loadOnnxRuntime();
  const { bytes, outputs, onProcessor } = model;
  const { device = 'cpu' } = options;
  if (typeof runtime === 'string') {
    if (device !== 'cpu') throw noGpu(device, runtime);
    return translatingFailures('compile', 'cpu', () => createWebAssemblySession(bytes, runtime));
  }
  if (device === 'webgpu') await translatingFailures('compile', device, () => holdGpu(runtime));
  const session = await translatingFailures('compile', device, () =>
    runtime.InferenceSession.create(bytes, {
      ...sessionOptions(options, onProcessor),
      ...(resident.size > 0 && {
        preferredOutputLocation: Object.fromEntries(
          [...outputs.keys()].map((name) => [
            onnxName('out', name),
            resident.has(name) ? 'gpu-buffer' : 'cpu',
          ]),
        ),
      }),
    }),
  );
  const bind = (values: ReadonlyMap<string, BoundValue>): Record<string, NativeTensor> =>
    Object.fromEntries(
      [...values].map(([name, { data, dtype, shape }]) => [
        name,
        data instanceof DeviceTensor ? data.native : wrapped(runtime, { data, dtype, shape }),
      ]),
    );
  // Given arrays to write, this way of running leaves zeros in them: what is small is copied.
  const runResident: NativeSession['run'] = async (feeds, fetches) => {
    const results = await session.run(bind(feeds));
    for (const [name, { data }] of fetches) copyInto(data, results[name].data);
    return new Map(
      [...resident].map((name) => {
        const tensor = outputs.get(name);
        if (tensor === undefined) throw new Error(`createNativeSession: no output ${name}`);
        lease.take();
        const native = results[onnxName('out', name)];
        return [name, new DeviceTensor(native, tensor, () => lease.giveBack())];
      }),
    );
  };
  const lease = new Lease(() => session.release());
  const runToArrays: NativeSession['run'] = async (feeds, fetches) => {
    await withoutCopies(() => session.run(bind(feeds), { [runMarker]: null, ...bind(fetches) }));
    return new Map();
  };
  const run = resident.size > 0 ? runResident : runToArrays;
  return {
    run: (feeds, fetches) => translatingFailures('run', device, () => run(feeds, fetches)),
    release: () => lease.end(),
  };
}

/** Made once for an array: a step of sampling takes some seventy, nearly all those of the step before. */
const wrappers = new WeakMap<TensorData, NativeTensor>();

/** ONNX Runtime's view of an array. */
function wrapped(
  runtime: OnnxRuntime,
  { data, dtype, shape }: BoundValue<TensorData>,
): NativeTensor {
  const known = wrappers.get(data);
  if (known?.type === dtype && sameShape(known.dims, shape)) return known;
  const tensor = new runtime.Tensor(dtype, data, shape);
  wrappers.set(data, tensor);
  return tensor;
}

/**
 * When a session may end: the memory of tensors on the GPU belongs to the session that made them, and
 * to free one after its session is gone ends the process.
 */
class Lease {
  readonly #release: () => Promise<void>;
  #taken = 0;
  #ending = false;

  constructor(release: () => Promise<void>) {
    this.#release = release;
  }

  take(): void {
    this.#taken++;
  }

  giveBack(): void {
    this.#taken--;
    if (this.#ending) void this.end();
  }

  /** Ends it now, or as soon as all that was taken is given back. */
  async end(): Promise<void> {
    this.#ending = true;
    if (this.#taken === 0) await this.#release();
  }
}

/**
 * A session that does nothing, for as long as the process lives. ONNX Runtime has one GPU device a
 * process and ends it with its last session, though tensors are left on it.
 */
let gpuHolder: Promise<InferenceSession> | null = null;

async function holdGpu(runtime: OnnxRuntime): Promise<void> {
  const { bytes } = serializeModel({ y: input('x', [1]) }, { marked: false });
  gpuHolder ??= runtime.InferenceSession.create(bytes, sessionOptions({ device: 'webgpu' }, []));
  try {
    await gpuHolder;
  } catch (error) {
    gpuHolder = null;
    throw error;
  }
}

function sessionOptions(
  { device = 'cpu', threads, spinning }: ExecutionOptions,
  onProcessor: readonly string[],
): InferenceSession.SessionOptions {
  const gpu =
    device === 'webgpu' && onProcessor.length > 0
      ? { name: device, forceCpuNodeNames: onProcessor }
      : device;
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [gpu, 'cpu'],
    intraOpNumThreads: threads ?? Math.min(availableParallelism(), 8),
    interOpNumThreads: 1,
    // An arena of its own would keep every program's largest run: gigabytes over a few shapes.
    enableCpuMemArena: false,
    // From its second run on a program would take all of its values in one block, beside what the
    // first left free: up to twice the memory, and another amount each time.
    enableMemPattern: false,
    graphOptimizationLevel: 'all',
    // A GPU's failures are thrown too: they need not be printed.
    logSeverityLevel: device === 'cpu' ? 3 : 4,
    extra: {
      'session.intra_op.allow_spinning': spinning === true ? '1' : '0',
      // Folding would store the zeros a gradient starts from as large constants.
      'optimization.constant_folding_max_output_size_in_bytes': '1048576',
    },
  };
}

function copyInto(target: TensorData, source: NativeTensor.DataType): void {
  if (target instanceof BigInt64Array && source instanceof BigInt64Array) target.set(source);
  else if (target instanceof Float32Array && source instanceof Float32Array) target.set(source);
  else if (target instanceof Int32Array && source instanceof Int32Array) target.set(source);
  else if (target instanceof Uint8Array && source instanceof Uint8Array) target.set(source);
  else throw new Error('createNativeSession: expected an output of the dtype of its array');
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

/**
 * The native module, or why it does not load. From 1.29 on it writes a device id into the home folder
 * and reports every session to its maker, unless this variable is set before it is loaded (its
 * `telemetry_environment.h`): nothing of that has been asked for here.
 */
async function loadOnnxRuntime(): Promise<OnnxRuntime | string> {
  try {
    process.env['ORT_DISABLE_TELEMETRY'] = '1';
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

async function translatingFailures<T>(
  doing: string,
  device: 'cpu' | 'webgpu' | 'cuda',
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (device !== 'cpu' && isNoGpu(cause)) {
      throw noGpu(device, firstLine(cause), cause);
    }
    if (!isOutOfMemory(cause)) throw cause;
    const memory = device === 'cpu' ? 'memory' : 'GPU memory';
    throw new InstructError(
      {
        code: 'out-of-memory',
        message: `Too little ${memory} to ${doing} the model: ${firstLine(cause)}`,
        remedy: 'Use a smaller batch, a shorter context or a smaller model.',
      },
      { cause },
    );
  }
}

function noGpu(device: string, why: string, cause?: unknown): InstructError {
  return new InstructError(
    {
      code: 'no-gpu',
      message: `There is no GPU that ONNX Runtime can use by ${device}: ${why}`,
      remedy: 'Set device to "cpu", or install the driver of the GPU.',
    },
    { cause },
  );
}

/** Whether a device was asked for that is not there, by ONNX Runtime's messages. */
function isNoGpu(thrown: unknown): boolean {
  return /failed to get a webgpu (adapter|device)|providers?.*(is unsupported|not available)|cuda.*(failed to load|no cuda-capable|driver)|libonnxruntime_providers/i.test(
    textOf(thrown),
  );
}

function firstLine(thrown: unknown): string {
  // ONNX Runtime's own checks begin with the place in its source.
  return textOf(thrown)
    .split('\n')[0]
    .replace(/^.* was false\. /, '');
}

/**
 * Whether ONNX Runtime, Node or the GPU failed to get memory, by the messages they give. A buffer that
 * WebGPU could not allocate is told of where it is first used; a tensor larger than one buffer takes several,
 * more than some kernels can bind or were written for.
 */
export function isOutOfMemory(thrown: unknown): boolean {
  return /bad_alloc|failed to allocate|allocation failed|out.of.(device.)?memory|max buffer size limit|\[invalid (buffer|shadermodule)|too many storage buffers/i.test(
    textOf(thrown),
  );
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
