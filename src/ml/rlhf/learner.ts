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

/** A batch, or a part of one: a loss and what it is computed from. */
export interface LearnerPart {
  /** Tells the graphs apart that `graph` makes. */
  readonly key: string;
  /** Makes the loss for this shape; called once a key. */
  readonly graph: () => TrainingGraph;
  /** The inputs that are not parameters. */
  readonly feeds: Arrays;
}

/** One optimisation step on one batch. */
export interface LearnerStep extends LearnerPart {
  readonly learningRate: number;
}

/**
 * Owns parameters, their gradient, their optimizer and the compiled losses. The parameters may be
 * read at any time between steps; `dispose()` frees the programs.
 */
export class Learner {
  readonly parameters: ParameterBuffer;
  readonly #gradients: ParameterBuffer;
  /** The gradients of one part of several. */
  #partial: ParameterBuffer | null = null;
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
   * One forward and backward pass and one update.
   * @returns `loss`, the graph's metrics, and `gradNorm` before clipping.
   * @throws InstructError `not-a-number`, leaving the parameters as they were.
   */
  step({ learningRate, ...part }: LearnerStep): Promise<Record<string, number>> {
    return this.accumulate([part], learningRate);
  }

  /**
   * One update by the sum of several parts' losses, one part after another in the memory of the
   * largest: what a batch of all of them would give if the losses of the parts add up to its loss.
   * @returns As {@link step}, each quantity summed over the parts.
   * @throws InstructError `not-a-number`, leaving the parameters as they were.
   */
  async accumulate(
    parts: readonly LearnerPart[],
    learningRate: number,
  ): Promise<Record<string, number>> {
    const values: Record<string, number> = {};
    for (const [i, { key, graph, feeds }] of parts.entries()) {
      const program = await this.#programs.get(key, () =>
        TrainingProgram.compile(graph(), this.#execution),
      );
      const gradients = i === 0 ? this.#gradients : (this.#partial ??= this.#gradients.zerosLike());
      const found = await program.run({ parameters: this.parameters, gradients, feeds });
      if (gradients !== this.#gradients) addTo(this.#gradients.data, gradients.data);
      for (const [name, value] of Object.entries(found)) {
        values[name] = (values[name] ?? 0) + value;
      }
    }
    const gradNorm = globalNorm(this.#gradients.data);
    const step = this.#optimizer.steps + 1;
    for (const [quantity, value] of Object.entries({ ...values, gradNorm })) {
      checkFinite(value, `${quantity} of the ${this.#name}`, step);
    }
    this.#optimizer.step({
      gradients: this.#gradients.data,
      learningRate,
      gradientScale: this.#maxGradNorm > 0 ? clipScale(gradNorm, this.#maxGradNorm) : 1,
    });
    return { ...values, gradNorm };
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

function addTo(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += values[i];
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
