/** Smoothing and scale of the curves. */
import * as z from 'zod';
import { element } from '../components/element.ts';

/** What the controls hold; kept over a reload. */
export const controlStateSchema = z.object({
  smoothing: z.number().min(0).max(0.99),
  logScale: z.boolean(),
});
/** See {@link controlStateSchema}. */
export type ControlState = z.infer<typeof controlStateSchema>;

/** A row of native controls. */
export class ChartControls {
  readonly root: HTMLElement;
  readonly #slider: HTMLInputElement;
  readonly #log: HTMLInputElement;

  /** `extra` stands at the end of the row; `changed` is called at each change. */
  constructor(state: ControlState, extra: HTMLElement, changed: (state: ControlState) => void) {
    const value = element('output', { for: 'smoothing' }, state.smoothing.toFixed(2));
    this.#slider = element('input', {
      type: 'range',
      id: 'smoothing',
      min: 0,
      max: 0.99,
      step: 0.01,
      value: state.smoothing,
    });
    this.#log = element('input', { type: 'checkbox', checked: state.logScale });
    this.root = element(
      'div',
      { class: 'controls' },
      element('label', {}, 'Smoothing', this.#slider),
      value,
      element('label', {}, this.#log, 'Log scale'),
      extra,
      element('span', { class: 'quiet' }, 'Drag over a curve to zoom'),
    );
    const tell = () => {
      value.textContent = this.state.smoothing.toFixed(2);
      changed(this.state);
    };
    this.#slider.addEventListener('input', tell);
    this.#log.addEventListener('change', tell);
  }

  get state(): ControlState {
    return { smoothing: Number(this.#slider.value), logScale: this.#log.checked };
  }
}
