/** The messages of the ONNX format (onnx/onnx.proto, IR version 10) that a graph of ours consists of. */
import type { DType, Shape, TensorData } from '../graph/index.ts';
import { bytesField, floatField, integerField, messageField, stringField } from './wire.ts';
import type { Message } from './wire.ts';

/** An attribute of an ONNX node; whole numbers must be marked as `int` or `ints`. */
export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly string: string };

/** One ONNX node. */
export interface OnnxNode {
  readonly opType: string;
  /** Told apart by it in ONNX Runtime's options; most need none. */
  readonly name?: string;
  /** '' for ONNX's own operators. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A value that enters or leaves the graph. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A value stored in the model. */
export interface Initializer {
  readonly name: string;
  readonly data: TensorData;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Everything a model holds. Nodes are in an order in which inputs come first. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** The name of an output before all others, an empty sequence; none when absent. See `runMarker`. */
  readonly marker?: string;
}

/** TensorProto.DataType of our dtypes. */
export const onnxDataType = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
} as const satisfies Record<DType, number>;

const irVersion = 10;
const opset = 21;

/** The operator domain of ONNX Runtime's own operators. */
export const microsoftDomain = 'com.microsoft';

/** ModelProto with one graph and the two operator sets. */
export function modelMessage(graph: OnnxGraph): Message[] {
  const markers = graph.marker === undefined ? [] : [graph.marker];
  return [
    integerField(1, irVersion),
    stringField(2, 'instruct-studio'),
    messageField(7, [
      ...markers.map((name) =>
        messageField(1, nodeMessage({ opType: 'SequenceEmpty', inputs: [], outputs: [name] })),
      ),
      ...graph.nodes.map((node) => messageField(1, nodeMessage(node))),
      stringField(2, 'graph'),
      ...graph.initializers.map((value) => messageField(5, tensorMessage(value))),
      ...graph.inputs.map((value) => messageField(11, valueInfoMessage(value))),
      ...markers.map((name) => messageField(12, sequenceInfoMessage(name))),
      ...graph.outputs.map((value) => messageField(12, valueInfoMessage(value))),
    ]),
    messageField(8, [stringField(1, ''), integerField(2, opset)]),
    messageField(8, [stringField(1, microsoftDomain), integerField(2, 1)]),
  ];
}

function nodeMessage(node: OnnxNode): Message[] {
  return [
    ...node.inputs.map((name) => stringField(1, name)),
    ...node.outputs.map((name) => stringField(2, name)),
    ...(node.name === undefined ? [] : [stringField(3, node.name)]),
    stringField(4, node.opType),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) =>
      messageField(5, [stringField(1, name), ...attributeMessage(value)]),
    ),
    stringField(7, node.domain ?? ''),
  ];
}

function attributeMessage(attribute: Attribute): Message[] {
  if ('float' in attribute) return [floatField(2, attribute.float), integerField(20, 1)];
  if ('int' in attribute) return [integerField(3, attribute.int), integerField(20, 2)];
  if ('string' in attribute) return [stringField(4, attribute.string), integerField(20, 3)];
  return [...attribute.ints.map((value) => integerField(8, value)), integerField(20, 7)];
}

function tensorMessage({ name, data, dtype, shape }: Initializer): Message[] {
  return [
    ...shape.map((size) => integerField(1, size)),
    integerField(2, onnxDataType[dtype]),
    stringField(8, name),
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

function valueInfoMessage({ name, dtype, shape }: ValueInfo): Message[] {
  const dimensions = shape.map((size) => messageField(1, [integerField(1, size)]));
  return [
    stringField(1, name),
    messageField(2, [
      messageField(1, [integerField(1, onnxDataType[dtype]), messageField(2, dimensions)]),
    ]),
  ];
}

function sequenceInfoMessage(name: string): Message[] {
  const element = messageField(1, [integerField(1, onnxDataType.float32)]);
  return [stringField(1, name), messageField(2, [messageField(4, [messageField(1, [element])])])];
}
