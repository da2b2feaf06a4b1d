import { sizeOf, topologicalOrder } from '../graph/index.ts';
import type { DType, Op, Tensor } from '../graph/index.ts';

const elementBytes = { float32: 4, int32: 4, int64: 8, bool: 1 } as const satisfies Record<
  DType,
  number
>;

/** Ops whose value is their input's memory under another shape, or no memory of the run's at all. */
const withoutMemory: ReadonlySet<Op> = new Set<Op>([
  'input',
  'constant',
  'part',
  'reshape',
  'stopGradient',
  'logPartition',
]);

/** Ops of several passes or that read an input out of order: their result never replaces it. */
const outOfPlace: ReadonlySet<Op> = new Set<Op>([
  'matMul',
  'transpose',
  'slice',
  'concat',
  'pad',
  'expand',
  'gather',
  'reduceSum',
  'reduceMean',
  'reduceMax',
  'argMax',
  'layerNorm',
  'where',
  'cast',
]);

/**
 * The most memory that the intermediate values of one run take at a time, in bytes: each lives from
 * the node that computes it to the last that reads it, and takes over the memory of an input that dies
 * with it where ONNX Runtime does so. Values fetched into the caller's arrays are not counted.
 */
export function peakBytes(outputs: readonly Tensor[]): number {
  // As ONNX Runtime orders nodes: depth first, from the last output on.
  const order = topologicalOrder([...outputs].reverse());
  const fetched = new Set(outputs);
  const rootOf = new Map<Tensor, Tensor>();
  for (const tensor of order) {
    const alias = tensor.inputs.length > 0 && withoutMemory.has(tensor.op);
    rootOf.set(tensor, alias ? (rootOf.get(tensor.inputs[0]) ?? tensor) : tensor);
  }
  const root = (tensor: Tensor): Tensor => rootOf.get(tensor) ?? tensor;
  const bytes = (tensor: Tensor): number =>
    withoutMemory.has(tensor.op) || fetched.has(tensor)
      ? 0
      : sizeOf(tensor.shape) * elementBytes[tensor.dtype];
  const readsLeft = new Map<Tensor, number>();
  for (const tensor of order) {
    for (const source of new Set(tensor.inputs.map(root))) {
      readsLeft.set(source, (readsLeft.get(source) ?? 0) + 1);
    }
  }
  let live = 0;
  let peak = 0;
  for (const tensor of order) {
    const sources = [...new Set(tensor.inputs.map(root))];
    const dying = sources.filter((source) => readsLeft.get(source) === 1 && bytes(source) > 0);
    const own = bytes(tensor);
    const replaced = outOfPlace.has(tensor.op)
      ? undefined
      : dying.find((source) => own > 0 && bytes(source) === own);
    live += replaced === undefined ? own : 0;
    peak = Math.max(peak, live);
    for (const source of sources) readsLeft.set(source, (readsLeft.get(source) ?? 1) - 1);
    for (const source of dying) live -= source === replaced ? 0 : bytes(source);
  }
  return peak;
}
