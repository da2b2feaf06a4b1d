import { dtypeOf, isOp, topologicalOrder } from '../graph/index.ts';
import type { Op, Tensor, TensorData } from '../graph/index.ts';
import { emitters } from './emitters.ts';
import type { Emission, EmitOptions } from './emission.ts';
import type { Emitters } from './emitters.ts';
import { modelMessage } from './schema.ts';
import type { Initializer, OnnxNode, ValueInfo } from './schema.ts';
import { join, toBytes } from './wire.ts';

/** A graph as ONNX bytes, with the values it takes and gives under their own names. */
export interface SerializedModel {
  readonly bytes: Uint8Array;
  readonly inputs: ReadonlyMap<string, Tensor<'input'>>;
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** Names of the nodes that a GPU must leave to the processor. */
  readonly onProcessor: readonly string[];
}

/** The ONNX name of an input or output; separate, so that one name may serve both ways. */
export function onnxName(side: 'in' | 'out', name: string): string {
  return `${side}:${name}`;
}

/**
 * The ONNX name of every model's first output, a sequence without elements. It says nothing; whoever
 * fetches it makes onnxruntime-node end a run without copying the tensors fetched behind it.
 */
export const runMarker = 'done';

/** How a graph is written. */
export interface SerializeOptions {
  /** Whether the {@link runMarker} is among the outputs; it is unless said. */
  readonly marked?: boolean;
  /** Whether WebGPU is to run it; not unless said. */
  readonly forWebGpu?: boolean;
}

/**
 * Writes the nodes that the outputs need as an ONNX model (opset 21 and `com.microsoft`). A node
 * used several times is written once; constants are stored in the model. The inputs are the
 * `input` leaves found. Throws where two inputs share a name.
 */
export function serializeModel(
  outputs: Readonly<Record<string, Tensor>>,
  { marked = true, forWebGpu = false }: SerializeOptions = {},
): SerializedModel {
  const named = new Map(Object.entries(outputs));
  if (named.size === 0) throw new Error('serializeModel: expected at least one output, got none');
  const order = topologicalOrder([...named.values()]);
  const inputs = new Map<string, Tensor<'input'>>();
  const writer = new GraphWriter(named, order, forWebGpu);
  for (const tensor of order) {
    writer.write(tensor);
    if (!isOp(tensor, 'input')) continue;
    const { name } = tensor.attributes;
    if (inputs.has(name)) {
      throw new Error(`serializeModel: expected one input named ${name}, got two`);
    }
    inputs.set(name, tensor);
  }
  const message = modelMessage({
    nodes: [...writer.nodes, ...writer.outputAliases()],
    initializers: writer.initializers,
    inputs: [...inputs].map(([name, tensor]) => valueInfo(onnxName('in', name), tensor)),
    outputs: [...named].map(([name, tensor]) => valueInfo(onnxName('out', name), tensor)),
    ...(marked && { marker: runMarker }),
  });
  const onProcessor = writer.nodes.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return { bytes: toBytes(join(message)), inputs, outputs: named, onProcessor };
}

function valueInfo(name: string, { dtype, shape }: Tensor): ValueInfo {
  return { name, dtype, shape };
}

class GraphWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];
  readonly #outputs: ReadonlyMap<string, Tensor>;
  /** Nodes of which more than the first output is read. */
  readonly #withParts: ReadonlySet<Tensor>;
  /** The output name under which a tensor's own node can be written. */
  readonly #preferred = new Map<Tensor, string>();
  readonly #names = new Map<Tensor, string>();
  readonly #small = new Map<string, string>();
  readonly #forWebGpu: boolean;
  #count = 0;

  constructor(outputs: ReadonlyMap<string, Tensor>, order: readonly Tensor[], forWebGpu: boolean) {
    this.#outputs = outputs;
    this.#forWebGpu = forWebGpu;
    this.#withParts = new Set(order.flatMap(({ op, inputs }) => (op === 'part' ? inputs : [])));
    for (const [name, tensor] of outputs) {
      if (this.#preferred.has(tensor)) continue;
      this.#preferred.set(tensor, onnxName('out', name));
    }
  }

  write<O extends Op>(tensor: Tensor<O>): void {
    const table: Emitters = emitters;
    const emitter = table[tensor.op];
    if (emitter === null) {
      this.#names.set(tensor, this.#leafName(tensor));
      return;
    }
    const result = this.#preferred.get(tensor) ?? this.#freshName();
    this.#names.set(tensor, result);
    const emission: Emission = {
      inputs: tensor.inputs.map((source) => this.#nameOf(source)),
      result,
      parts: [partName(result, 1), partName(result, 2)],
      readsParts: this.#withParts.has(tensor),
      forWebGpu: this.#forWebGpu,
      emit: (opType, inputs, options) => this.#emit(opType, inputs, options),
      ints: (values) => this.#constant(BigInt64Array.from(values, BigInt), [values.length]),
      float: (value) => this.#constant(Float32Array.of(value), []),
    };
    emitter(tensor, emission);
  }

  /** Copies for outputs that are leaves, or a second name of one tensor. */
  outputAliases(): OnnxNode[] {
    return [...this.#outputs].flatMap(([name, tensor]) => {
      const [from, to] = [this.#nameOf(tensor), onnxName('out', name)];
      return from === to ? [] : [{ opType: 'Identity', inputs: [from], outputs: [to] }];
    });
  }

  #leafName(tensor: Tensor): string {
    if (isOp(tensor, 'input')) return onnxName('in', tensor.attributes.name);
    if (isOp(tensor, 'constant')) return this.#constant(tensor.attributes.data, tensor.shape);
    const source = this.#nameOf(tensor.inputs[0]);
    return isOp(tensor, 'part') ? partName(source, tensor.attributes.index) : source;
  }

  #nameOf(tensor: Tensor): string {
    const name = this.#names.get(tensor);
    if (name === undefined) throw new Error(`serializeModel: expected ${tensor.op} to be written`);
    return name;
  }

  #emit(opType: string, inputs: readonly string[], options: EmitOptions = {}): string {
    const result = options.result ?? this.#freshName();
    this.nodes.push({
      opType,
      inputs,
      outputs: [result, ...(options.parts ?? [])],
      domain: options.domain ?? '',
      attributes: options.attributes ?? {},
      ...(options.onProcessor === true && { name: `on the processor ${result}` }),
    });
    return result;
  }

  /** Stores a constant; equal small ones once. */
  #constant(data: TensorData, shape: readonly number[]): string {
    const dtype = dtypeOf(data);
    const key = data.length > 16 ? null : `${dtype} [${shape.join()}] ${data.join()}`;
    const known = key === null ? undefined : this.#small.get(key);
    if (known !== undefined) return known;
    const name = this.#freshName();
    this.initializers.push({ name, data, dtype, shape });
    if (key !== null) this.#small.set(key, name);
    return name;
  }

  #freshName(): string {
    return `#${String(this.#count++)}`;
  }
}

/** The name of a node's further output; `index` as in the op `part`. Nodes have at most two. */
function partName(result: string, index: number): string {
  return `${result}/${String(index)}`;
}
