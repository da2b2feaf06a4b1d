/** Where a learner's gradients are summed and its parameters updated: in arrays here, or on a GPU. */
import {
  AdamW,
  DeviceAdamW,
  globalNorm,
  type AdamWOptions,
  type AdamWState,
} from '../optim/index.ts';
import {
  ProgramCache,
  TrainingProgram,
  type Arrays,
  type DeviceGradients,
  type ExecutionOptions,
  type ParameterBuffer,
  type TrainingGraph,
} from '../runtime/index.ts';

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

/** The sum of the gradients of a step's passes, and the optimizer that takes it. */
export interface Stepper {
  /** Updates done so far. */
  readonly steps: number;
  /**
   * Runs a pass and puts its gradient in the place of what is there, or adds it. Gives the loss and
   * the metrics by name.
   */
  accumulate(pass: LossPass, first: boolean): Promise<Record<string, number>>;
  /** Takes the memory that the optimizer will hold, if it does not hold it yet. */
  reserve(): Promise<void>;
  /** Of the sum. */
  norm(): Promise<number>;
  /** Updates the parameters by the sum times the factor. */
  update(learningRate: number, gradientScale: number): Promise<void>;
  /** Lets the parameters and {@link moments} be read: fetches what is newer on the GPU. */
  toHost(): Promise<void>;
  /** The optimizer's state until the next update. Throws where it is newer on the GPU. */
  moments(): AdamWState;
  restore(state: AdamWState): void;
  dispose(): void;
}

/** The stepper for the parameters on the device that is to compute. */
export function makeStepper(
  parameters: ParameterBuffer,
  options: AdamWOptions,
  execution: ExecutionOptions,
): Stepper {
  return execution.device === 'webgpu'
    ? new DeviceStepper(parameters, options, execution)
    : new HostStepper(parameters, options, execution);
}

class HostStepper implements Stepper {
  readonly #parameters: ParameterBuffer;
  readonly #gradients: ParameterBuffer;
  /** The gradient of a second and further pass; made when one comes. */
  #further: ParameterBuffer | null = null;
  readonly #optimizer: AdamW;
  readonly #execution: ExecutionOptions;
  readonly #programs = new ProgramCache<TrainingProgram>(24);

  constructor(parameters: ParameterBuffer, options: AdamWOptions, execution: ExecutionOptions) {
    this.#parameters = parameters;
    this.#gradients = parameters.zerosLike();
    this.#optimizer = new AdamW(parameters, options);
    this.#execution = execution;
  }

  get steps(): number {
    return this.#optimizer.steps;
  }

  async accumulate(
    { key, graph, feeds, scale = 1 }: LossPass,
    first: boolean,
  ): Promise<Record<string, number>> {
    const program = await this.#programs.get(key, () =>
      TrainingProgram.compile(graph(), this.#execution),
    );
    const gradients = first ? this.#gradients : (this.#further ??= this.#gradients.zerosLike());
    const values = await program.run({ parameters: this.#parameters, gradients, feeds });
    const sum = this.#gradients.data;
    const own = gradients.data;
    if (!first) for (let i = 0; i < sum.length; i++) sum[i] += scale * own[i];
    else if (scale !== 1) for (let i = 0; i < sum.length; i++) sum[i] *= scale;
    return values;
  }

  /** It was taken at the start. */
  reserve(): Promise<void> {
    return Promise.resolve();
  }

  norm(): Promise<number> {
    return Promise.resolve(globalNorm(this.#gradients.data));
  }

  update(learningRate: number, gradientScale: number): Promise<void> {
    this.#optimizer.step({ gradients: this.#gradients.data, learningRate, gradientScale });
    return Promise.resolve();
  }

  toHost(): Promise<void> {
    return Promise.resolve();
  }

  moments(): AdamWState {
    return this.#optimizer.snapshot();
  }

  restore(state: AdamWState): void {
    this.#optimizer.restore(state);
  }

  dispose(): void {
    this.#programs.dispose();
  }
}

/** Parameters, moments and gradients stay in the GPU's memory from one step to the next. */
class DeviceStepper implements Stepper {
  readonly #parameters: ParameterBuffer;
  #sum: DeviceGradients | null = null;
  readonly #optimizer: DeviceAdamW;
  readonly #execution: ExecutionOptions;
  readonly #programs = new ProgramCache<TrainingProgram>(24);
  /** The moments as they were fetched; null while those on the GPU are newer. */
  #moments: AdamWState | null = null;

  constructor(parameters: ParameterBuffer, options: AdamWOptions, execution: ExecutionOptions) {
    this.#parameters = parameters;
    this.#optimizer = new DeviceAdamW(parameters, options, execution);
    this.#execution = execution;
  }

  get steps(): number {
    return this.#optimizer.steps;
  }

  async accumulate(
    { key, graph, feeds, scale = 1 }: LossPass,
    first: boolean,
  ): Promise<Record<string, number>> {
    const program = await this.#programs.get(`${key} ${first ? 'first' : 'further'}`, () =>
      TrainingProgram.compileOnDevice(graph(), !first, this.#execution),
    );
    if (first) this.#giveUpSum();
    const sums = this.#sum;
    this.#sum = null;
    const run = { parameters: this.#parameters, feeds, scale, sums };
    const { values, gradients } = await program.runOnDevice(run);
    this.#sum = gradients;
    return values;
  }

  reserve(): Promise<void> {
    return this.#optimizer.reserve();
  }

  norm(): Promise<number> {
    return this.#optimizer.norm(this.#takenSum());
  }

  async update(learningRate: number, gradientScale: number): Promise<void> {
    const gradients = this.#takenSum();
    this.#sum = null;
    this.#moments = null;
    await this.#optimizer.step({ gradients, learningRate, gradientScale });
  }

  async toHost(): Promise<void> {
    await this.#parameters.toHost();
    this.#moments ??= await this.#optimizer.snapshot();
  }

  moments(): AdamWState {
    if (this.#moments !== null) return this.#moments;
    throw new Error('DeviceStepper: expected toHost() before moments()');
  }

  restore(state: AdamWState): void {
    this.#optimizer.restore(state);
    this.#moments = null;
  }

  dispose(): void {
    this.#programs.dispose();
    this.#giveUpSum();
    this.#optimizer.dispose();
    this.#parameters.releaseDevice();
  }

  #takenSum(): DeviceGradients {
    if (this.#sum !== null) return this.#sum;
    throw new Error('DeviceStepper: expected a pass before the update');
  }

  #giveUpSum(): void {
    for (const gradient of this.#sum?.values() ?? []) gradient.dispose();
    this.#sum = null;
  }
}
