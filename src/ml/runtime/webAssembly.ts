/**
 * ONNX Runtime in WebAssembly: the same graphs where the native module does not load, on one thread
 * and several times slower (docs/LOG.md). Outputs are copied out of its memory, so what is fetched
 * must not be large beside what is computed; ours is not.
 */
import type * as Runtime from 'onnxruntime-web';
import type { Tensor } from 'onnxruntime-web';
import { InstructError } from '../../protocol/errors.ts';
import type { TensorData } from '../graph/index.ts';
import { DeviceTensor } from './deviceTensor.ts';
import type { BoundValue, NativeSession } from './session.ts';

/**
 * Makes a session that computes in WebAssembly.
 * @throws InstructError `native-runtime-missing` where that is not installed either; `nativeFailure`
 * says why the native module is not used
 */
export async function createWebAssemblySession(
  model: Uint8Array,
  nativeFailure: string,
): Promise<NativeSession> {
  const runtime = await loadWebAssembly(nativeFailure);
  // Two threads were no faster than one, and each is a worker that shares the memory.
  runtime.env.wasm.numThreads = 1;
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    enableCpuMemArena: false,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  return {
    async run(feeds, fetches) {
      const bound = [...feeds].map(([name, value]) => [name, tensorOf(runtime, value)] as const);
      const computed = await session.run(Object.fromEntries(bound), [...fetches.keys()]);
      for (const [name, { data }] of fetches) copyInto(data, computed[name], name);
      return new Map();
    },
    release: () => session.release(),
  };
}

function tensorOf(runtime: typeof Runtime, { data, dtype, shape }: BoundValue): Tensor {
  if (data instanceof DeviceTensor) throw new Error('WebAssembly: expected arrays as feeds');
  return new runtime.Tensor(dtype, data, shape);
}

function copyInto(to: TensorData, from: Tensor, name: string): void {
  const { data } = from;
  if (to instanceof BigInt64Array) {
    if (data instanceof BigInt64Array) {
      to.set(data);
      return;
    }
  } else if (
    data instanceof Float32Array ||
    data instanceof Int32Array ||
    data instanceof Uint8Array
  ) {
    to.set(data);
    return;
  }
  throw new Error(`run: "${name}": expected ${to.constructor.name}, got ${from.type}`);
}

async function loadWebAssembly(nativeFailure: string): Promise<typeof Runtime> {
  try {
    return await import('onnxruntime-web');
  } catch (cause) {
    throw new InstructError(
      {
        code: 'native-runtime-missing',
        message: `ONNX Runtime does not load on ${process.platform}-${process.arch}: ${nativeFailure}`,
        remedy:
          "Install the extension's package for this platform, or the universal one, which computes in WebAssembly.",
      },
      { cause },
    );
  }
}
