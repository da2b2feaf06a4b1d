/** What the emitters of ops write nodes with. */
import type { Attribute } from './schema.ts';

/** What an emitter may do: add nodes and small constants. */
export interface Emission {
  /** ONNX names of the tensor's inputs. */
  readonly inputs: readonly string[];
  /** The name the tensor's value must get. */
  readonly result: string;
  /** Names for its further outputs, as `part` reads them. */
  readonly parts: readonly string[];
  /** Whether any `part` does. */
  readonly readsParts: boolean;
  /** Whether WebGPU is to run it, whose kernels leave some of ONNX Runtime's extras out. */
  readonly forWebGpu: boolean;
  /** Adds a node with one output; makes up a name for it unless one is given. Returns the name. */
  readonly emit: (opType: string, inputs: readonly string[], options?: EmitOptions) => string;
  /** An int64 constant: a list, such as a shape or axes. */
  readonly ints: (values: readonly number[]) => string;
  /** A float32 scalar constant. */
  readonly float: (value: number) => string;
}

/** The rest of a node. */
export interface EmitOptions {
  readonly result?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Names of further outputs, after the first. */
  readonly parts?: readonly string[];
  /** Whether a GPU must leave this node to the processor. */
  readonly onProcessor?: boolean;
}
