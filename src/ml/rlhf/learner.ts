/** Parameters that learn: a loss compiled per batch shape, gradient clipping, AdamW, checkpoints. */
import { InstructError } from '../../protocol/errors.ts';
import { AdamW, clipScale, decaysMatrices, globalNorm } from '../optim/index.ts';
import {
  ProgramCache,
  TrainingProgram,
  type Arrays,
  type ExecutionOptions,
  type ParameterBuffer,
  type TrainingGraph,
} from '../runtime/index.ts';
import type { LoopState, StateTensor } from './trainingLoop.ts';

/** The optimizer's hyper-parameters, by the names of the table. */
export interface OptimizerSettings {
  readonly adamBeta1: number;
  readonly adamBeta2: number;
  readonly adamEpsilon: number;
  readonly weightDecay: number;
  /** 0 switches clipping off. */
  readonly maxGradNorm: number;
}

/** A loss on one batch, a part of an optimisation step. */
export interface LossPass {
  /** Tells the graphs apart that `graph` makes. */
  readonly key: string;
  /** Makes the loss for this shape; called once a key. */
  readonly graph: () => TrainingGraph;
  /** The inputs that are not parameters. */
  readonly feeds: Arrays;
  /** Factor on the gradient of this loss; 1 when left out. */
  readonly scale?: number;
}

/** What one optimisation step found. */
export interface LearnerReport {
  /** Each pass's `loss`, not scaled, and its graph's metrics, in the order of the passes. */
  readonly passes: readonly Readonly<Record<string, number>>[];
  /** Of the sum of all passes' gradients, before clipping. */
  readonly gradNorm: number;
}

/**
 * Owns parameters, their gradient, their optimizer and the compiled losses. The parameters may be
 * read at any time between steps; `dispose()` frees the programs.
 */
export class Learner {
  readonly parameters: ParameterBuffer;
  readonly #gradients: ParameterBuffer;
  /** The gradient of a second and further pass; made when one comes. */
  #further: ParameterBuffer | null = null;
  readonly #optimizer: AdamW;
  readonly #maxGradNorm: number;
  readonly #execution: ExecutionOptions;
  readonly #programs = new ProgramCache<TrainingProgram>(24);
  readonly #name: string;

  /**
   * @param name What learns, for errors and checkpoints: `policy`, `value`, `reward`.
   * @param parameters Become the learner's; steps change them in place.
   */
  constructor(
    name: string,
    parameters: ParameterBuffer,
    settings: OptimizerSettings,
    execution: ExecutionOptions = {},
  ) {
    this.#name = name;
    this.parameters = parameters;
    this.#gradients = parameters.zerosLike();
    this.#maxGradNorm = settings.maxGradNorm;
    this.#execution = execution;
    this.#optimizer = new AdamW(parameters, {
      beta1: settings.adamBeta1,
      beta2: settings.adamBeta2,
      epsilon: settings.adamEpsilon,
      weightDecay: settings.weightDecay,
      decays: decaysMatrices,
    });
  }

  /** Updates done so far. */
  get steps(): number {
    return this.#optimizer.steps;
  }

  /**
   * One update by the sum of the passes' gradients, each times its scale: a forward and a backward
   * pass for each.
   * @throws InstructError `not-a-number`, leaving the parameters as they were.
   */
  async step(passes: readonly LossPass[], learningRate: number): Promise<LearnerReport> {
    const reports: Record<string, number>[] = [];
    for (const [i, pass] of passes.entries()) reports.push(await this.#accumulate(pass, i === 0));
    const gradNorm = globalNorm(this.#gradients.data);
    const step = this.#optimizer.steps + 1;
    for (const [quantity, value] of [...reports.flatMap(Object.entries), ['gradNorm', gradNorm]]) {
      checkFinite(Number(value), `${quantity} of the ${this.#name}`, step);
    }
    this.#optimizer.step({
      gradients: this.#gradients.data,
      learningRate,
      gradientScale: this.#maxGradNorm > 0 ? clipScale(gradNorm, this.#maxGradNorm) : 1,
    });
    return { passes: reports, gradNorm };
  }

  /** Runs a pass and puts its gradient in the place of what is there, or adds it. */
  async #accumulate(
    { key, graph, feeds, scale = 1 }: LossPass,
    first: boolean,
  ): Promise<Record<string, number>> {
    const program = await this.#programs.get(key, () =>
      TrainingProgram.compile(graph(), this.#execution),
    );
    const gradients = first ? this.#gradients : (this.#further ??= this.#gradients.zerosLike());
    const values = await program.run({ parameters: this.parameters, gradients, feeds });
    const sum = this.#gradients.data;
    const own = gradients.data;
    if (!first) for (let i = 0; i < sum.length; i++) sum[i] += scale * own[i];
    else if (scale !== 1) for (let i = 0; i < sum.length; i++) sum[i] *= scale;
    return values;
  }

  /** Weights and optimizer for a checkpoint; names get the learner's name in front. */
  snapshot(): LoopState {
    const tensors = new Map<string, StateTensor>();
    for (const { name, shape } of this.parameters.entries) {
      const data = this.parameters.view(name).slice();
      tensors.set(`${this.#name}.${name}`, { shape, data });
    }
    const { step, mean, meanSquare } = this.#optimizer.snapshot();
    tensors.set(`${this.#name}:mean`, { shape: [mean.length], data: mean });
    tensors.set(`${this.#name}:meanSquare`, { shape: [meanSquare.length], data: meanSquare });
    return { tensors, json: step };
  }

  /**
   * Goes back to a snapshot of a learner of the same name and layout.
   * @throws InstructError `bad-run` when the state is not such a snapshot.
   */
  restore({ tensors, json }: LoopState): void {
    const take = (name: string, size: number): Float32Array => {
      const tensor = tensors.get(name);
      if (tensor?.data.length === size) return tensor.data;
      throw badCheckpoint(
        `"${name}" has ${String(tensor?.data.length ?? 0)} numbers, expected ${size}`,
      );
    };
    if (typeof json !== 'number') throw badCheckpoint(`no step of the ${this.#name}`);
    for (const { name, size } of this.parameters.entries) {
      this.parameters.view(name).set(take(`${this.#name}.${name}`, size));
    }
    const { size } = this.parameters;
    this.#optimizer.restore({
      step: json,
      mean: take(`${this.#name}:mean`, size),
      meanSquare: take(`${this.#name}:meanSquare`, size),
    });
  }

  /** Frees the compiled programs. */
  dispose(): void {
    this.#programs.dispose();
  }
}

/**
 * Stops a run whose numbers have left the range of numbers.
 * @throws InstructError `not-a-number` naming the quantity and the step.
 */
export function checkFinite(value: number, quantity: string, step: number): void {
  if (Number.isFinite(value)) return;
  throw new InstructError({
    code: 'not-a-number',
    message: `The ${quantity} became ${value} at step ${step}.`,
    remedy: 'Lower the learning rate, then resume from the last checkpoint or start again.',
  });
}

/** The error for a checkpoint that does not belong to the run. */
export function badCheckpoint(what: string): InstructError {
  return new InstructError({
    code: 'bad-run',
    message: `The checkpoint does not fit this run: ${what}.`,
    remedy: 'Resume from an older checkpoint, or start the run again.',
  });
}
