import process from 'node:process';
import { InstructError } from '../../protocol/errors.ts';
import { input, matMul } from '../graph/index.ts';
import type { ExecutionOptions } from './onnxRuntime.ts';
import { Program } from './program.ts';

/** A GPU is taken where it multiplies matrices at least so many times as fast as the processor. */
const worthwhile = 2;

/**
 * The device for `auto`: `webgpu` where there is a GPU that multiplies matrices much faster than the
 * processor does and gets the same numbers, else `cpu`. ONNX Runtime's binding names no adapter, so an
 * adapter that is software is known by its speed: it computes on the very processor it is compared
 * with. The Vulkan drivers that are set by hand are also looked at by name.
 */
export async function pickDevice(): Promise<'cpu' | 'webgpu'> {
  if (namesSoftware(process.env)) return 'cpu';
  try {
    // Small ones first: software would take minutes over the large ones.
    const small = await measure(256, { device: 'webgpu' });
    if (small.seconds > 0.03) return 'cpu';
    const [here, there] = [await measure(1024, {}), await measure(1024, { device: 'webgpu' })];
    const same = here.product.every(
      (value, i) => Math.abs(value - there.product[i]) <= 1e-3 * (1 + Math.abs(value)),
    );
    if (!same || here.seconds < worthwhile * there.seconds) return 'cpu';
    return 'webgpu';
  } catch (error) {
    if (error instanceof InstructError) return 'cpu';
    throw error;
  }
}

/** Whether the environment tells Vulkan to use a driver that is known to be software. */
export function namesSoftware(environment: NodeJS.ProcessEnv): boolean {
  return ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES'].some((name) =>
    /swiftshader|lvp_icd|lavapipe|llvmpipe/i.test(environment[name] ?? ''),
  );
}

/** The best time of some products of matrices of so many rows, and what came out. */
async function measure(
  size: number,
  execution: ExecutionOptions,
): Promise<{ readonly seconds: number; readonly product: Float32Array }> {
  const left = Float32Array.from({ length: size * size }, (_, i) => ((i * 7) % 13) / 13 - 0.5);
  const [a, b] = [input('a', [size, size]), input('b', [size, size])];
  const product = await Program.compile({ product: matMul(matMul(matMul(a, b), b), b) }, execution);
  try {
    let seconds = Infinity;
    let result = new Float32Array();
    for (let round = 0; round < 4; round++) {
      const begin = performance.now();
      result = Float32Array.from((await product.run({ a: left, b: left })).float32('product'));
      // The first one also compiles the GPU's programs.
      if (round > 0) seconds = Math.min(seconds, (performance.now() - begin) / 1000);
    }
    return { seconds, product: result };
  } finally {
    product.dispose();
  }
}
