/** Smoothing, scale and axis of the curves, and saving them as files. */
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { button, element } from '../components/element.ts';
import { axisKinds } from './curve.ts';

/** What the controls hold; kept over a reload. */
export const controlStateSchema = z.object({
  smoothing: z.number().min(0).max(0.99),
  logScale: z.boolean(),
  axis: z.enum(axisKinds),
});
/** See {@link controlStateSchema}. */
export type ControlState = z.infer<typeof controlStateSchema>;

/** The kinds of files that curves are saved as. */
export const exportFormats = ['csv', 'svg', 'png'] as const;
/** One of {@link exportFormats}. */
export type ExportFormat = (typeof exportFormats)[number];

/** What the controls tell of, and what else stands in their row. */
export interface ControlTools {
  readonly changed: (state: ControlState) => void;
  readonly save: (format: ExportFormat) => void;
  /** Elements at the end of the row. */
  readonly extra: readonly HTMLElement[];
}

/** A row of native controls. */
export class ChartControls {
  readonly root: HTMLElement;
  readonly #slider: HTMLInputElement;
  readonly #log: HTMLInputElement;
  readonly #axis: HTMLSelectElement;

  constructor(state: ControlState, { changed, save, extra }: ControlTools) {
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
    this.#axis = element(
      'select',
      {},
      element('option', { value: 'step', selected: state.axis === 'step' }, l10n.t('Steps')),
      element('option', { value: 'time', selected: state.axis === 'time' }, l10n.t('Time at work')),
    );
    const saving = exportFormats.map((format) => {
      const made = button(format.toUpperCase(), () => save(format));
      made.setAttribute('aria-label', l10n.t`Export ${format.toUpperCase()}`);
      return made;
    });
    this.root = element(
      'div',
      { class: 'controls' },
      element('label', {}, l10n.t('Smoothing'), this.#slider, value),
      element('label', {}, this.#log, l10n.t('Log scale')),
      element('label', {}, l10n.t('Over'), this.#axis),
      element('span', { class: 'export' }, element('span', {}, l10n.t('Export')), ...saving),
      ...extra,
    );
    const tell = () => {
      value.textContent = this.state.smoothing.toFixed(2);
      changed(this.state);
    };
    for (const control of [this.#slider, this.#log, this.#axis]) {
      control.addEventListener('input', tell);
    }
  }

  get state(): ControlState {
    return {
      smoothing: Number(this.#slider.value),
      logScale: this.#log.checked,
      axis: this.#axis.value === 'time' ? 'time' : 'step',
    };
  }
}
