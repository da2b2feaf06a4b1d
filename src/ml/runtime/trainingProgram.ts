import { gradients } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { ExecutionOptions } from './onnxRuntime.ts';
import type { ParameterBuffer } from './parameterBuffer.ts';
import { Program } from './program.ts';
import type { Arrays } from './program.ts';

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

/** A loss, its metrics and its gradients compiled into one program. Owns it until disposed. */
export class TrainingProgram {
  readonly #program: Program;
  readonly #trainable: readonly string[];
  readonly #metrics: readonly string[];

  private constructor(program: Program, trainable: readonly string[], metrics: readonly string[]) {
    this.#program = program;
    this.#trainable = trainable;
    this.#metrics = metrics;
  }

  /** Differentiates the loss and compiles everything. Throws as `Program.compile` does. */
  static async compile(
    graph: TrainingGraph,
    options: ExecutionOptions = {},
  ): Promise<TrainingProgram> {
    const { loss, metrics = {}, trainable, checkpoints } = graph;
    const names = trainable.map((tensor) => tensor.attributes.name);
    const outputs: Record<string, Tensor> = { ...metrics, loss };
    for (const [index, gradient] of gradients(loss, trainable, checkpoints).entries()) {
      outputs[gradientName(names[index])] = gradient;
    }
    const program = await Program.compile(outputs, options);
    return new TrainingProgram(program, names, [...Object.keys(metrics), 'loss']);
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
    const into = this.#trainable.map((name) => [gradientName(name), target.view(name)] as const);
    const result = await this.#program.run(
      { ...feeds, ...parameters.viewsFor(this.#program.inputs) },
      Object.fromEntries(into),
    );
    return Object.fromEntries(this.#metrics.map((name) => [name, result.scalar(name)]));
  }

  /** Releases the program. */
  dispose(): void {
    this.#program.dispose();
  }
}

function gradientName(parameter: string): string {
  return `gradient of ${parameter}`;
}
