/** The paper's eleven questions about one completion, and the two about the prompt. */
import * as l10n from '@vscode/l10n';
import { flagNames, type FlagName } from '../../src/protocol/records.ts';
import { askedFlags } from '../../src/protocol/rankingDraft.ts';
import { conditionQuestions, flagQuestions, type Condition } from '../../src/protocol/words.ts';
import { element } from '../components/element.ts';
import { letter, type Decisions } from './decisions.ts';
import { radios, type Radios } from './radios.ts';
import type { RankingAction } from './rankingState.ts';

const conditions = Object.keys(conditionQuestions) as Condition[]; // the keys of a literal

/** Checkboxes, ticked where the answer is yes; the constraint has a yes and a no of its own. */
export class FlagFields {
  readonly root: HTMLElement;
  readonly #index: number;
  readonly #boxes = new Map<FlagName, HTMLInputElement>();
  readonly #rows = new Map<FlagName, HTMLElement>();
  readonly #conditions = new Map<Condition, HTMLInputElement>();
  readonly #constraint: Radios;

  constructor(index: number, act: (action: RankingAction) => void) {
    this.#index = index;
    this.#constraint = radios({
      name: `constraint-${letter(index)}`,
      label: l10n.t(flagQuestions.satisfiesConstraint.label),
      names: [l10n.t('Yes'), l10n.t('No')],
      choose: (value) =>
        act({ type: 'flag', flag: 'satisfiesConstraint', value: value === 1, index }),
    });
    const rows = flagNames.map((flag) => this.#row(flag, act));
    const ofPrompt = conditions.map((condition) => {
      const { label, key } = conditionQuestions[condition];
      const box = element('input', { type: 'checkbox' });
      box.addEventListener('change', () => act({ type: 'condition', condition }));
      this.#conditions.set(condition, box);
      return checkRow(box, l10n.t(label), key);
    });
    this.root = element(
      'div',
      { class: 'flags' },
      element('fieldset', {}, element('legend', {}, l10n.t`Completion ${letter(index)}`), ...rows),
      element('fieldset', {}, element('legend', {}, l10n.t('The prompt')), ...ofPrompt),
    );
  }

  /** Shows the answers, and only the questions that apply. */
  update({ judgements, conditions: given }: Decisions): void {
    const flags = judgements.at(this.#index)?.flags ?? {};
    const asked = new Set(askedFlags(given));
    for (const [flag, row] of this.#rows) row.hidden = !asked.has(flag);
    for (const [flag, box] of this.#boxes) box.checked = flags[flag] === true;
    const satisfied = flags.satisfiesConstraint;
    this.#constraint.check(satisfied === undefined ? null : satisfied ? 1 : 2);
    for (const [condition, box] of this.#conditions) box.checked = given[condition];
  }

  #row(flag: FlagName, act: (action: RankingAction) => void): HTMLElement {
    const { label, key } = flagQuestions[flag];
    const row =
      flag === 'satisfiesConstraint'
        ? element('div', { class: 'check' }, this.#constraint.root, l10n.t(label), keyCap(key))
        : checkRow(this.#box(flag, act), l10n.t(label), key);
    this.#rows.set(flag, row);
    return row;
  }

  #box(flag: FlagName, act: (action: RankingAction) => void): HTMLInputElement {
    const box = element('input', { type: 'checkbox' });
    box.addEventListener('change', () =>
      act({ type: 'flag', flag, value: box.checked, index: this.#index }),
    );
    this.#boxes.set(flag, box);
    return box;
  }
}

function checkRow(box: HTMLInputElement, label: string, key: string): HTMLElement {
  return element('label', { class: 'check' }, box, element('span', {}, label), keyCap(key));
}

function keyCap(key: string): HTMLElement {
  return element('kbd', { 'aria-hidden': 'true' }, key.toUpperCase());
}
