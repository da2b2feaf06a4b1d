/** Native radio buttons in a row, as small squares. */
import { element } from '../components/element.ts';

/** A row of radio buttons. */
export interface Radios {
  readonly root: HTMLElement;
  /** Checks one, counted from 1, or none. */
  check(value: number | null): void;
  /** Moves the focus to the one that is checked, else to the first. */
  focus(): void;
}

/** Each button has a whole name for screen readers and shows the first word of it. */
export function radios(options: {
  readonly name: string;
  readonly label: string;
  readonly describedBy?: string;
  readonly names: readonly string[];
  /** Told of the value chosen, counted from 1. */
  readonly choose: (value: number) => void;
}): Radios {
  const { name, label, describedBy, names, choose } = options;
  const inputs = names.map((each) =>
    element('input', { type: 'radio', name, class: 'visually-hidden', 'aria-label': each }),
  );
  const root = element(
    'div',
    { class: 'radios', role: 'radiogroup', 'aria-label': label, 'aria-describedby': describedBy },
    ...inputs.map((input, at) => {
      const shown = element('span', { 'aria-hidden': 'true' }, names[at].split(',')[0]);
      return element('label', {}, input, shown);
    }),
  );
  inputs.forEach((input, at) => {
    input.addEventListener('change', () => choose(at + 1));
  });
  return {
    root,
    check: (value) => {
      inputs.forEach((input, at) => {
        input.checked = at + 1 === value;
      });
    },
    focus: () => {
      const target = inputs.find((input) => input.checked) ?? inputs.at(0);
      target?.focus({ preventScroll: true });
    },
  };
}
