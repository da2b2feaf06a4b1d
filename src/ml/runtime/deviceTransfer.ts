/** Between arrays and a GPU's memory: programs that compute nothing. */
import { input } from '../graph/index.ts';
import type { Shape } from '../graph/index.ts';
import type { DeviceTensor } from './deviceTensor.ts';
import type { ExecutionOptions } from './onnxRuntime.ts';
import { Program } from './program.ts';

/** float32 numbers with their shape. */
export interface ShapedArray {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Copies of the arrays on the device, the caller's. Throws as `Program.compile` and `Program.run`. */
export async function toDevice(
  arrays: ReadonlyMap<string, ShapedArray>,
  options: ExecutionOptions,
): Promise<Map<string, DeviceTensor>> {
  const program = await identity(arrays, options, [...arrays.keys()]);
  try {
    const feeds = [...arrays].map(([name, { data }]) => [name, data] as const);
    const result = await program.run(Object.fromEntries(feeds));
    return new Map([...arrays.keys()].map((name) => [name, result.device(name)]));
  } finally {
    program.dispose();
  }
}

/** Writes what is on the device into the arrays of the same names. */
export async function fromDevice(
  tensors: ReadonlyMap<string, DeviceTensor>,
  into: Readonly<Record<string, Float32Array>>,
  options: ExecutionOptions,
): Promise<void> {
  const program = await identity(tensors, options, []);
  try {
    await program.run(Object.fromEntries(tensors), into);
  } finally {
    program.dispose();
  }
}

function identity(
  shaped: ReadonlyMap<string, { readonly shape: Shape }>,
  options: ExecutionOptions,
  resident: readonly string[],
): Promise<Program> {
  const outputs = [...shaped].map(([name, { shape }]) => [name, input(name, shape)] as const);
  return Program.compile(Object.fromEntries(outputs), options, resident);
}
