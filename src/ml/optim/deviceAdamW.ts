/** AdamW in a GPU's memory: parameters and moments never leave it between steps. */
import { add, div, input, mul, reduceSum, reshape, sqrt, square, sub } from '../graph/index.ts';
import type { Shape, Tensor } from '../graph/index.ts';
import { Program, ProgramCache, fromDevice, toDevice } from '../runtime/index.ts';
import type {
  DeviceGradients,
  DeviceTensor,
  ExecutionOptions,
  ParameterBuffer,
  ParameterEntry,
} from '../runtime/index.ts';
import type { AdamWOptions, AdamWState } from './adamW.ts';

/** One step's numbers. */
export interface DeviceAdamWStep {
  /** By parameter, laid out as it is; given up. */
  readonly gradients: DeviceGradients;
  readonly learningRate: number;
  /** Factor on the gradients, see `AdamWStep`. */
  readonly gradientScale: number;
}

/**
 * `AdamW` by programs of the GPU, a parameter at a time, so that only one has its old and its new
 * numbers there at once. Owns programs and moments until disposed.
 */
export class DeviceAdamW {
  readonly #parameters: ParameterBuffer;
  readonly #options: AdamWOptions;
  readonly #execution: ExecutionOptions;
  readonly #programs = new ProgramCache(64);
  #moments: Map<string, DeviceTensor> | null = null;
  /** What the moments start from; zeros where there is none. */
  #restored: AdamWState | null = null;
  #step = 0;

  constructor(parameters: ParameterBuffer, options: AdamWOptions, execution: ExecutionOptions) {
    this.#parameters = parameters;
    this.#options = options;
    this.#execution = execution;
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#step;
  }

  /** The norm of all gradients together, which are only read. */
  async norm(gradients: DeviceGradients): Promise<number> {
    const program = await this.#programs.get('norm', () => {
      const squares = [...gradients].map(([name, { shape }]) => {
        const flat = reshape(input(name, shape), [-1]);
        return reduceSum(square(flat), [0]);
      });
      const norm = sqrt(squares.reduce((sum, each) => add(sum, each)));
      return Program.compile({ norm }, this.#execution);
    });
    return (await program.run(Object.fromEntries(gradients))).scalar('norm');
  }

  /** Puts the moments on the device, if they are not there yet. */
  async reserve(): Promise<void> {
    await this.#held();
  }

  /** Takes one step. */
  async step({ gradients, learningRate, gradientScale }: DeviceAdamWStep): Promise<void> {
    const { beta1, beta2, weightDecay, decays = () => true } = this.#options;
    const parameters = await this.#parameters.onDevice(this.#execution);
    const moments = await this.#held();
    this.#step++;
    const stepSize = learningRate / (1 - beta1 ** this.#step);
    const rootCorrection = 1 / Math.sqrt(1 - beta2 ** this.#step);
    for (const entry of this.#parameters.entries) {
      const { name, shape } = entry;
      const program = await this.#programs.get(shape.join(), () => this.#compile(shape));
      const mean = required(moments, momentName(name, 'mean'));
      const meanSquare = required(moments, momentName(name, 'meanSquare'));
      const gradient = required(gradients, name);
      const result = await program.run({
        gradient,
        mean,
        meanSquare,
        parameter: required(parameters, name),
        gradientScale: Float32Array.of(gradientScale),
        keep: Float32Array.of(decays(entry) ? 1 - learningRate * weightDecay : 1),
        stepSize: Float32Array.of(stepSize),
        rootCorrection: Float32Array.of(rootCorrection),
      });
      for (const old of [gradient, mean, meanSquare]) old.dispose();
      this.#parameters.replaceOnDevice(name, result.device('parameter'));
      moments.set(momentName(name, 'mean'), result.device('mean'));
      moments.set(momentName(name, 'meanSquare'), result.device('meanSquare'));
    }
  }

  /** See `AdamW`: the same in the same order. */
  #compile(shape: Shape): Promise<Program> {
    const { beta1, beta2, epsilon } = this.#options;
    const own = (name: string): Tensor => input(name, shape);
    const rate = (name: string): Tensor => input(name, []);
    const gradient = mul(own('gradient'), rate('gradientScale'));
    const mean = add(mul(own('mean'), beta1), mul(gradient, 1 - beta1));
    const meanSquare = add(mul(own('meanSquare'), beta2), mul(square(gradient), 1 - beta2));
    const root = add(mul(sqrt(meanSquare), rate('rootCorrection')), epsilon);
    const parameter = sub(
      mul(own('parameter'), rate('keep')),
      div(mul(mean, rate('stepSize')), root),
    );
    const outputs = { parameter, mean, meanSquare };
    return Program.compile(outputs, this.#execution, Object.keys(outputs));
  }

  async #held(): Promise<Map<string, DeviceTensor>> {
    return (this.#moments ??= await this.#upload());
  }

  async #upload(): Promise<Map<string, DeviceTensor>> {
    const { size, entries } = this.#parameters;
    const { mean, meanSquare } = this.#restored ?? zeros(size, this.#step);
    const arrays = entries.flatMap((entry) => [
      [momentName(entry.name, 'mean'), { shape: entry.shape, data: window(mean, entry) }] as const,
      [
        momentName(entry.name, 'meanSquare'),
        { shape: entry.shape, data: window(meanSquare, entry) },
      ] as const,
    ]);
    const moments = await toDevice(new Map(arrays), this.#execution);
    this.#restored = null;
    return moments;
  }

  /** A copy of the state, fetched from the device. */
  async snapshot(): Promise<AdamWState> {
    const { size, entries } = this.#parameters;
    const state = zeros(size, this.#step);
    if (this.#moments === null) return this.#restored ?? state;
    const into = entries.flatMap((entry) => [
      [momentName(entry.name, 'mean'), window(state.mean, entry)] as const,
      [momentName(entry.name, 'meanSquare'), window(state.meanSquare, entry)] as const,
    ]);
    await fromDevice(this.#moments, Object.fromEntries(into), this.#execution);
    return state;
  }

  /** Takes over a copy of a state of the same layout. */
  restore({ step, mean, meanSquare }: AdamWState): void {
    this.#free();
    this.#step = step;
    this.#restored = { step, mean: mean.slice(), meanSquare: meanSquare.slice() };
  }

  /** Frees programs and moments. */
  dispose(): void {
    this.#programs.dispose();
    this.#free();
  }

  #free(): void {
    for (const tensor of this.#moments?.values() ?? []) tensor.dispose();
    this.#moments = null;
  }
}

function zeros(size: number, step: number): AdamWState {
  return { step, mean: new Float32Array(size), meanSquare: new Float32Array(size) };
}

function window(flat: Float32Array, { offset, size }: ParameterEntry): Float32Array {
  return flat.subarray(offset, offset + size);
}

function momentName(parameter: string, moment: 'mean' | 'meanSquare'): string {
  return `${moment} of ${parameter}`;
}

function required(tensors: ReadonlyMap<string, DeviceTensor>, name: string): DeviceTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`DeviceAdamW: expected a tensor for ${name}, got none`);
  return tensor;
}
