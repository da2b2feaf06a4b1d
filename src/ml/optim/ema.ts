import type { ParameterBuffer } from '../runtime/index.ts';

/**
 * An exponential moving average of parameters (Ouyang et al. 2022, appendix C.4): after each update
 * average ← decay · average + (1 − decay) · parameters. It starts as a copy of the parameters.
 */
export class ExponentialMovingAverage {
  /** The average; changed in place by {@link update}. */
  readonly parameters: ParameterBuffer;
  readonly #decay: number;

  /** @throws Error unless 0 <= decay < 1. */
  constructor(parameters: ParameterBuffer, decay: number) {
    if (!(decay >= 0 && decay < 1)) {
      throw new Error(`ExponentialMovingAverage: expected 0 <= decay < 1, got ${String(decay)}`);
    }
    this.parameters = parameters.clone();
    this.#decay = decay;
  }

  /** Takes in parameters of the same layout. */
  update({ data }: ParameterBuffer): void {
    const average = this.parameters.data;
    if (data.length !== average.length) {
      throw new Error(
        `ExponentialMovingAverage: expected ${String(average.length)} numbers, got ${String(data.length)}`,
      );
    }
    const fresh = 1 - this.#decay;
    for (let i = 0; i < average.length; i++) average[i] += fresh * (data[i] - average[i]);
  }
}
