import { add, gradients, input, isOp, isZeros, mul } from '../graph/index.ts';
import type { Tensor, TensorData } from '../graph/index.ts';
import type { DeviceTensor } from './deviceTensor.ts';
import type { ExecutionOptions } from './onnxRuntime.ts';
import type { ParameterBuffer } from './parameterBuffer.ts';
import { Program } from './program.ts';
import type { Arrays } from './program.ts';
import type { RunResult } from './runResult.ts';

/** A loss over parameters and data. */
export interface TrainingGraph {
  /** float32 scalar. */
  readonly loss: Tensor;
  /** Further float32 scalars to report, by name; `loss` is taken. */
  readonly metrics?: Readonly<Record<string, Tensor>>;
  /** The inputs to differentiate by; their names are those of the parameter buffer. */
  readonly trainable: readonly Tensor<'input'>[];
  /** Nodes between which all is computed again for the gradients instead of being kept. */
  readonly checkpoints?: readonly Tensor[];
}

/** What one {@link TrainingProgram.run} reads and writes. */
export interface TrainingBatch {
  /** Holds every parameter the graph uses, trained or not. */
  readonly parameters: ParameterBuffer;
  /** Gets the gradient of every trainable parameter; the rest of it is left alone. */
  readonly gradients: ParameterBuffer;
  /** The inputs that are not parameters: tokens, masks, targets. */
  readonly feeds: Arrays;
}

/** What one {@link TrainingProgram.runOnDevice} reads. */
export interface DeviceBatch {
  readonly parameters: ParameterBuffer;
  readonly feeds: Arrays;
  /** Factor on the gradients. */
  readonly scale: number;
  /** Gradients to which these are added, by parameter; null for none. They are given up. */
  readonly sums: DeviceGradients | null;
}

/** Gradients in a GPU's memory, by parameter. Whoever holds them disposes them. */
export type DeviceGradients = ReadonlyMap<string, DeviceTensor>;

/** A loss, its metrics and its gradients compiled into one program. Owns it until disposed. */
export class TrainingProgram {
  readonly #program: Program;
  readonly #trainable: readonly string[];
  readonly #metrics: readonly string[];
  readonly #tables: readonly TableGradient[];

  private constructor(program: Program, graph: TrainingGraph, tables: readonly TableGradient[]) {
    this.#program = program;
    this.#trainable = graph.trainable.map(({ attributes }) => attributes.name);
    this.#metrics = Object.keys(reportsOf(graph));
    this.#tables = tables;
  }

  /** Differentiates the loss and compiles everything. Throws as `Program.compile` does. */
  static async compile(
    graph: TrainingGraph,
    options: ExecutionOptions = {},
  ): Promise<TrainingProgram> {
    const { outputs, tables } = outputsOf(graph);
    return new TrainingProgram(await Program.compile(outputs, options), graph, tables);
  }

  /**
   * As {@link compile}, for {@link runOnDevice}: the gradients stay on the GPU.
   *
   * @param adds Whether runs are given gradients to which theirs are added.
   */
  static async compileOnDevice(
    graph: TrainingGraph,
    adds: boolean,
    options: ExecutionOptions,
  ): Promise<TrainingProgram> {
    const scale = input('scale of the gradient', []);
    const found = gradientsByName(graph).map(([name, gradient]) => {
      const scaled = mul(gradient, scale);
      const sum = input(sumName(name), gradient.shape);
      return [gradientName(name), adds ? add(sum, scaled) : scaled] as const;
    });
    const outputs = { ...reportsOf(graph), ...Object.fromEntries(found) };
    const resident = found.map(([name]) => name);
    return new TrainingProgram(await Program.compile(outputs, options, resident), graph, []);
  }

  /** What is to be fed, parameters and data, by name. */
  get inputs(): ReadonlyMap<string, Tensor<'input'>> {
    return this.#program.inputs;
  }

  /**
   * One forward and backward pass. Overwrites the trainable parameters' gradients and returns
   * `loss` and the metrics by name. The parameters are only read.
   */
  async run({
    parameters,
    gradients: target,
    feeds,
  }: TrainingBatch): Promise<Record<string, number>> {
    const { outputs } = this.#program;
    const into = this.#trainable
      .filter((name) => outputs.has(gradientName(name)))
      .map((name) => [gradientName(name), target.view(name)] as const);
    const result = await this.#program.run(
      { ...feeds, ...(await parameters.feedsFor(this.#program)) },
      Object.fromEntries(into),
    );
    for (const { name, rows } of this.#tables) {
      const gradient = target.view(name);
      if (!outputs.has(gradientName(name))) gradient.fill(0);
      for (const { indices, output } of rows) {
        addRows(gradient, feeds[indices], result.float32(output));
      }
    }
    return this.#reports(result);
  }

  /** As {@link run}, but the gradients stay on the GPU and are the caller's. */
  async runOnDevice({ parameters, feeds, scale, sums }: DeviceBatch): Promise<{
    readonly values: Record<string, number>;
    readonly gradients: DeviceGradients;
  }> {
    const added = [...(sums ?? [])].map(([name, sum]) => [sumName(name), sum] as const);
    let result: RunResult;
    try {
      result = await this.#program.run({
        ...feeds,
        ...(await parameters.feedsFor(this.#program)),
        ...Object.fromEntries(added),
        'scale of the gradient': Float32Array.of(scale),
      });
    } finally {
      for (const [, sum] of added) sum.dispose();
    }
    const gradients = this.#trainable.map(
      (name) => [name, result.device(gradientName(name))] as const,
    );
    return { values: this.#reports(result), gradients: new Map(gradients) };
  }

  #reports(result: RunResult): Record<string, number> {
    return Object.fromEntries(this.#metrics.map((name) => [name, result.scalar(name)]));
  }

  /** Releases the program. */
  dispose(): void {
    this.#program.dispose();
  }
}

/** What is told of a run: the metrics, and the loss behind them. */
function reportsOf({ loss, metrics = {} }: TrainingGraph): Record<string, Tensor> {
  return { ...metrics, loss };
}

/** The gradient of a table of which rows are read: what is dense of it, and rows that are added to it. */
interface TableGradient {
  readonly name: string;
  readonly rows: readonly {
    /** The input that says which row each is, as it is fed. */
    readonly indices: string;
    /** The output that holds them. */
    readonly output: string;
  }[];
}

/**
 * What a program that trains computes, in the order that lets go of most soonest: ONNX Runtime begins
 * with what the last output needs. Rows of an embedding's gradient are outputs of their own, to be
 * added to the rest by whoever runs it: a node for it would hold a table the size of the embedding from
 * the beginning of the backward pass to its end.
 */
export function outputsOf(graph: TrainingGraph): {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly tables: readonly TableGradient[];
} {
  const rowOutputs: [string, Tensor][] = [];
  const plain: [string, Tensor][] = [];
  const dense: [string, Tensor][] = [];
  const tables: TableGradient[] = [];
  for (const [name, gradient] of gradientsByName(graph)) {
    const rows: TableGradient['rows'][number][] = [];
    let rest = gradient;
    for (;;) {
      const [under, indices, updates] = rest.inputs;
      if (!isOp(rest, 'scatterRows') || !isOp(indices, 'input')) break;
      const output = `${gradientName(name)}, rows ${rows.length}`;
      rowOutputs.push([output, updates]);
      rows.unshift({ indices: indices.attributes.name, output });
      rest = under;
    }
    if (rows.length === 0) plain.push([gradientName(name), gradient]);
    else {
      tables.push({ name, rows });
      if (!isZeros(rest)) dense.push([gradientName(name), rest]);
    }
  }
  const reports = Object.entries(reportsOf(graph));
  return { outputs: Object.fromEntries([...rowOutputs, ...plain, ...dense, ...reports]), tables };
}

/** Adds rows to a table in their order, in single precision. */
function addRows(table: Float32Array, indices: TensorData, rows: Float32Array): void {
  const width = rows.length / indices.length;
  for (let row = 0; row < indices.length; row++) {
    const start = Number(indices[row]) * width;
    const from = row * width;
    for (let i = 0; i < width; i++) table[start + i] += rows[from + i];
  }
}

function gradientsByName({
  loss,
  trainable,
  checkpoints,
}: TrainingGraph): (readonly [string, Tensor])[] {
  return gradients(loss, trainable, checkpoints).map((gradient, i) => [
    trainable[i].attributes.name,
    gradient,
  ]);
}

function sumName(parameter: string): string {
  return `sum for ${parameter}`;
}

function gradientName(parameter: string): string {
  return `gradient of ${parameter}`;
}
