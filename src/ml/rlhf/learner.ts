/** Parameters that learn: losses, gradient clipping, AdamW, checkpoints. */
import { InstructError } from '../../protocol/errors.ts';
import { clipScale, decaysMatrices } from '../optim/index.ts';
import type { ExecutionOptions, ParameterBuffer } from '../runtime/index.ts';
import { largestFitting, ranOut, tooLarge, type StepBatch } from './largestBatch.ts';
import { makeStepper, type LossPass, type Stepper } from './stepper.ts';
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

/** What one optimisation step found. */
export interface LearnerReport {
  /** Each pass's `loss`, not scaled, and its graph's metrics, in the order of the passes. */
  readonly passes: readonly Readonly<Record<string, number>>[];
  /** Of the sum of all passes' gradients, before clipping. */
  readonly gradNorm: number;
}

/**
 * Owns parameters, their gradient, their optimizer and the compiled losses. The parameters may be
 * read between steps, after {@link Learner.toHost}; `dispose()` frees the programs.
 */
export class Learner {
  readonly parameters: ParameterBuffer;
  readonly #stepper: Stepper;
  readonly #maxGradNorm: number;
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
    this.#maxGradNorm = settings.maxGradNorm;
    const options = {
      beta1: settings.adamBeta1,
      beta2: settings.adamBeta2,
      epsilon: settings.adamEpsilon,
      weightDecay: settings.weightDecay,
      decays: decaysMatrices,
    };
    this.#stepper = makeStepper(parameters, options, execution);
  }

  /** Updates done so far. */
  get steps(): number {
    return this.#stepper.steps;
  }

  /**
   * One update by the sum of the passes' gradients, each times its scale: a forward and a backward
   * pass for each.
   *
   * @param batch What the passes are on; where memory runs out the largest that fits is then told.
   * @throws InstructError `not-a-number` or `out-of-memory`, leaving the parameters as they were.
   */
  async step(
    passes: readonly LossPass[],
    learningRate: number,
    batch?: StepBatch,
  ): Promise<LearnerReport> {
    const { reports, gradNorm } = await this.#gradients(passes).catch(async (error: unknown) => {
      throw batch !== undefined && ranOut(error) ? await this.#tooLarge(batch, error) : error;
    });
    const step = this.#stepper.steps + 1;
    for (const [quantity, value] of [...reports.flatMap(Object.entries), ['gradNorm', gradNorm]]) {
      checkFinite(Number(value), `${quantity} of the ${this.#name}`, step);
    }
    const scale = this.#maxGradNorm > 0 ? clipScale(gradNorm, this.#maxGradNorm) : 1;
    await this.#stepper.update(learningRate, scale);
    return { passes: reports, gradNorm };
  }

  /** The sum of the passes' gradients stays with the stepper. */
  async #gradients(
    passes: readonly LossPass[],
  ): Promise<{ readonly reports: Record<string, number>[]; readonly gradNorm: number }> {
    const reports: Record<string, number>[] = [];
    for (const [i, pass] of passes.entries()) {
      reports.push(await this.#stepper.accumulate(pass, i === 0));
    }
    return { reports, gradNorm: await this.#stepper.norm() };
  }

  async #tooLarge(batch: StepBatch, cause: InstructError): Promise<InstructError> {
    const fitting = await largestFitting(batch.size, async (size) => {
      await this.#stepper.reserve();
      await this.#gradients(batch.passes(size));
    });
    return tooLarge(batch, fitting, cause);
  }

  /** Fetches what is newer on a GPU: before the parameters or a snapshot are read. */
  toHost(): Promise<void> {
    return this.#stepper.toHost();
  }

  /**
   * Weights and optimizer for a checkpoint, not copied: the next step changes them. Names get the
   * learner's name in front.
   */
  snapshot(): LoopState {
    const tensors = new Map<string, StateTensor>();
    for (const { name, shape } of this.parameters.entries) {
      const data = this.parameters.view(name);
      tensors.set(`${this.#name}.${name}`, { shape, data });
    }
    const { step, mean, meanSquare } = this.#stepper.moments();
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
      const data = tensors.get(name)?.data;
      if (data?.length === size) return data;
      throw badCheckpoint(`"${name}" has ${String(data?.length ?? 0)} numbers, expected ${size}`);
    };
    if (typeof json !== 'number') throw badCheckpoint(`no step of the ${this.#name}`);
    this.parameters.releaseDevice(); // older than what comes now
    for (const { name, size } of this.parameters.entries) {
      this.parameters.view(name).set(take(`${this.#name}.${name}`, size));
    }
    const { size } = this.parameters;
    this.#stepper.restore({
      step: json,
      mean: take(`${this.#name}:mean`, size),
      meanSquare: take(`${this.#name}:meanSquare`, size),
    });
  }

  /** Frees the compiled programs, and what is in a GPU's memory. */
  dispose(): void {
    this.#stepper.dispose();
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
