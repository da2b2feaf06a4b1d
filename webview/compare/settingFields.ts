/** Number fields for how completions are drawn. */
import * as l10n from '@vscode/l10n';
import { element } from '../components/element.ts';
import type { Settings } from './compareState.ts';

interface Field {
  readonly name: keyof Settings;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

const fields: readonly Field[] = [
  { name: 'temperature', label: l10n.t('Temperature'), min: 0, max: 10, step: 0.1 },
  { name: 'topP', label: l10n.t('Top p'), min: 0.01, max: 1, step: 0.01 },
  { name: 'maxTokens', label: l10n.t('Most tokens'), min: 1, max: 2048, step: 1 },
  { name: 'seed', label: l10n.t('Seed'), min: 0, max: 2 ** 31, step: 1 },
];

/** A row of native fields; one that is empty or makes no sense is left to what stands behind it. */
export class SettingFields {
  readonly root = element('span', { class: 'settings' });
  readonly #inputs: readonly (readonly [keyof Settings, HTMLInputElement])[];

  constructor(values: Settings) {
    this.#inputs = fields.map(({ name, label, min, max, step }) => {
      const value = values[name];
      const input = element('input', { type: 'number', value, min, max, step });
      this.root.append(element('label', {}, label, input));
      return [name, input];
    });
  }

  get values(): Settings {
    const entered = this.#inputs.flatMap(([name, { value, validity }]) =>
      validity.valid && value !== '' ? [[name, Number(value)] as const] : [],
    );
    return Object.fromEntries(entered);
  }
}
