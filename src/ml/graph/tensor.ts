/**
 * The nodes of an expression graph. A node says what is to be computed, never how or when: it holds
 * no numbers but those of constants and touches no native memory. Nodes are immutable and are told
 * apart by identity; building the same expression twice gives two nodes.
 */

/** Element types of tensors, by their ONNX names. */
export type DType = 'float32' | 'int32' | 'int64' | 'bool';

/** Sizes of a tensor's dimensions, outermost first; `[]` is a scalar. All static. */
export type Shape = readonly number[];

/** The array type that carries a dtype's elements; bool is one byte (0 or 1) per element. */
export interface DataOf {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly bool: Uint8Array;
}

/** Any array that can carry a tensor's elements. */
export type TensorData = DataOf[DType];

type None = Readonly<Record<string, never>>;

/** The attributes of every op; its keys are the closed set of ops. */
export interface AttributesOf {
  readonly input: { readonly name: string };
  readonly constant: { readonly data: TensorData };
  /** Output `index` (from 1) of a node that computes several tensors, such as `layerNorm`. */
  readonly part: { readonly index: number };

  readonly add: None;
  readonly sub: None;
  readonly mul: None;
  readonly div: None;
  readonly minimum: None;
  readonly maximum: None;

  readonly neg: None;
  readonly exp: None;
  readonly log: None;
  readonly sqrt: None;
  readonly square: None;
  readonly reciprocal: None;
  readonly abs: None;
  readonly sign: None;
  readonly sin: None;
  readonly cos: None;
  readonly tanh: None;
  readonly sigmoid: None;
  readonly softplus: None;
  readonly relu: None;
  readonly gelu: None;
  readonly clip: { readonly min: number; readonly max: number };

  readonly softmax: None;
  readonly logSoftmax: None;
  readonly layerNorm: { readonly epsilon: number };
  readonly rmsNorm: { readonly epsilon: number };
  readonly groupQueryAttention: {
    readonly nHead: number;
    readonly nKvHead: number;
    readonly scale: number;
  };

  /** Its value is its first input; the other two are what it is differentiated by. */
  readonly logPartition: { readonly blocks: number };

  readonly matMul: {
    readonly transposeA: boolean;
    readonly transposeB: boolean;
    readonly alpha: number;
  };

  readonly reduceSum: Reduction;
  readonly reduceMean: Reduction;
  readonly reduceMax: Reduction;
  readonly argMax: None;

  readonly reshape: None;
  readonly transpose: { readonly permutation: readonly number[] };
  readonly slice: { readonly starts: readonly number[]; readonly ends: readonly number[] };
  readonly concat: { readonly axis: number };
  readonly pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly expand: None;

  readonly gather: None;
  readonly scatterRows: None;
  readonly pick: None;
  readonly scatterPick: None;

  readonly where: None;
  readonly greater: None;
  readonly greaterOrEqual: None;
  readonly less: None;
  readonly lessOrEqual: None;
  readonly equal: None;
  readonly not: None;
  readonly and: None;
  readonly or: None;
  readonly cast: None;
  readonly stopGradient: None;
}

/** Axes (non-negative, ascending) a reduction runs over; kept dimensions have size 1. */
export interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** The name of an operation. */
export type Op = keyof AttributesOf;

/** A node: one operation on other nodes, with the static shape and dtype of its result. */
export interface Tensor<O extends Op = Op> {
  readonly op: O;
  readonly inputs: readonly Tensor[];
  readonly attributes: AttributesOf[O];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What every function takes where a number may stand for a scalar constant. */
export type TensorLike = Tensor | number;

/** Makes a node; only the functions of this folder call it, after checking shapes and dtypes. */
export function node<O extends Op>(
  op: O,
  inputs: readonly Tensor[],
  attributes: AttributesOf[O],
  shape: Shape,
  dtype: DType,
): Tensor<O> {
  return { op, inputs, attributes, shape, dtype };
}

/** Narrows a node to one op, so that its attributes have their exact type. */
export function isOp<O extends Op>(tensor: Tensor, op: O): tensor is Tensor<O> {
  return tensor.op === op;
}

/** All nodes that the given ones need, each once, inputs before their users. Iterative: deep graphs are fine. */
export function topologicalOrder(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const entered = new Set<Tensor>();
  const stack: { readonly tensor: Tensor; next: number }[] = [];
  for (const output of outputs) {
    if (entered.has(output)) continue;
    entered.add(output);
    stack.push({ tensor: output, next: 0 });
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.tensor.inputs.at(top.next);
      if (top.next >= top.tensor.inputs.length || input === undefined) {
        order.push(top.tensor);
        stack.pop();
        continue;
      }
      top.next++;
      if (entered.has(input)) continue;
      entered.add(input);
      stack.push({ tensor: input, next: 0 });
    }
  }
  return order;
}
