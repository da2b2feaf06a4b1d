/**
 * The second executor: the same graph by TensorFlow.js, node by node. It is the independent oracle of
 * the ops, and the way for those who have TensorFlow installed.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { InstructError } from '../../protocol/errors.ts';
import { isOp, topologicalOrder } from '../graph/index.ts';
import type { Op, Tensor, TensorData } from '../graph/index.ts';
import { onnxName } from '../onnx/index.ts';
import type { SerializedModel } from '../onnx/index.ts';
import { DeviceTensor } from './deviceTensor.ts';
import type { BoundValue, NativeSession } from './session.ts';
import type { Tfjs, TfTensor } from './tfjs.ts';
import { tfjsOps } from './tfjsOps.ts';
import type { TfjsOps } from './tfjsOps.ts';

/** The packages that bring tfjs, the fastest first, each with what registers its kernels. */
const packages: readonly (readonly string[])[] = [
  ['@tensorflow/tfjs-node-gpu'],
  ['@tensorflow/tfjs-node'],
  ['@tensorflow/tfjs'],
  ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'],
];

/**
 * Makes a session that runs the graph by the first of tfjs's packages that is installed, beside this
 * program or in the folder it was started in.
 *
 * @throws InstructError `native-runtime-missing` where none is.
 */
export async function createTfjsSession(model: SerializedModel): Promise<NativeSession> {
  const tf = await loadTfjs();
  const order = topologicalOrder([...model.outputs.values()]);
  return {
    run: async (feeds, fetches) => {
      await evaluate(tf, order, model, feeds, fetches);
      return new Map();
    },
    release: () => Promise.resolve(),
  };
}

async function loadTfjs(): Promise<Tfjs> {
  for (const names of packages) {
    const modules: unknown[] = [];
    for (const name of names) modules.push(await importIfInstalled(name));
    const [found] = modules;
    if (modules.includes(null) || !isTfjs(found)) continue;
    await found.ready();
    return found;
  }
  throw new InstructError({
    code: 'native-runtime-missing',
    message: 'TensorFlow.js is not installed.',
    remedy: `Install one of ${packages.map(([name]) => name).join(', ')} in the folder you start from.`,
  });
}

async function importIfInstalled(name: string): Promise<unknown> {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    let path: string;
    try {
      path = createRequire(from).resolve(name);
    } catch {
      continue; // not installed here
    }
    const module: unknown = await import(pathToFileURL(path).href);
    return module;
  }
  return null;
}

function isTfjs(module: unknown): module is Tfjs {
  return typeof module === 'object' && module !== null && 'tensor' in module && 'ready' in module;
}

async function evaluate(
  tf: Tfjs,
  order: readonly Tensor[],
  model: SerializedModel,
  feeds: ReadonlyMap<string, BoundValue>,
  fetches: ReadonlyMap<string, BoundValue<TensorData>>,
): Promise<void> {
  const values = new Map<Tensor, readonly TfTensor[]>();
  const users = countUsers(order, model);
  const release = (tensor: Tensor): void => {
    const left = (users.get(tensor) ?? 0) - 1;
    users.set(tensor, left);
    if (left === 0) for (const value of values.get(tensor) ?? []) value.dispose();
  };
  try {
    for (const tensor of order) {
      values.set(tensor, compute(tf, tensor, values, feeds));
      for (const source of tensor.inputs) release(source);
    }
    for (const [name, tensor] of model.outputs) {
      const target = fetches.get(onnxName('out', name));
      if (target === undefined) throw new Error(`tfjs: expected ${name} to be bound`);
      copyTo(target.data, await valueOf(values, tensor).data());
    }
  } finally {
    for (const value of [...values.values()].flat()) value.dispose();
  }
}

/** How often each node's value is read; the outputs are read once more, at the end. */
function countUsers(order: readonly Tensor[], { outputs }: SerializedModel): Map<Tensor, number> {
  const users = new Map<Tensor, number>();
  const readers = [...order.flatMap(({ inputs }) => inputs), ...outputs.values()];
  for (const tensor of readers) users.set(tensor, (users.get(tensor) ?? 0) + 1);
  return users;
}

function compute<O extends Op>(
  tf: Tfjs,
  tensor: Tensor<O>,
  values: ReadonlyMap<Tensor, readonly TfTensor[]>,
  feeds: ReadonlyMap<string, BoundValue>,
): readonly TfTensor[] {
  const node: Tensor = tensor;
  if (isOp(node, 'input')) {
    const fed = feeds.get(onnxName('in', node.attributes.name));
    if (fed === undefined) throw new Error(`tfjs: expected a feed for ${node.attributes.name}`);
    if (fed.data instanceof DeviceTensor) throw new Error('tfjs: expected arrays as feeds');
    return [fromData(tf, fed.data, node)];
  }
  if (isOp(node, 'constant')) return [fromData(tf, node.attributes.data, node)];
  if (isOp(node, 'part')) {
    const parts = values.get(node.inputs[0]) ?? [];
    return [tf.clone(parts[node.attributes.index])];
  }
  const table: TfjsOps = tfjsOps;
  const op = table[tensor.op];
  if (op === null) throw new Error(`tfjs: expected kernels for ${tensor.op}`);
  const inputs = tensor.inputs.map((source) => valueOf(values, source));
  // What the kernels make in between is freed; an input that is given back is kept as a copy.
  return tf.tidy(() => [op(tf, inputs, tensor)].flat().map((value) => tf.clone(value)));
}

function valueOf(values: ReadonlyMap<Tensor, readonly TfTensor[]>, tensor: Tensor): TfTensor {
  const [value] = values.get(tensor) ?? [];
  return value;
}

function fromData(tf: Tfjs, data: TensorData, { shape, dtype }: Tensor): TfTensor {
  const size = [...shape];
  if (data instanceof BigInt64Array) return tf.tensor(Int32Array.from(data, Number), size, 'int32');
  // tfjs may keep the array it is given; ours change between runs.
  return tf.tensor(data.slice(), size, dtype === 'int64' ? 'int32' : dtype);
}

function copyTo(target: TensorData, source: Float32Array | Int32Array | Uint8Array): void {
  if (target instanceof BigInt64Array) target.set(BigInt64Array.from(source, BigInt));
  else target.set(source);
}
