/** The newest completions of a run. */
import type { RunEventOf } from '../../src/protocol/runFold.ts';
import { element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import { number } from './inWords.ts';

const shown = 12;

/** A section that shows itself when there is a sample. */
export class SampleList {
  readonly root = element('section', { 'aria-label': 'Samples', hidden: true });
  readonly #list = element('ol', { class: 'samples' });
  #newest: RunEventOf<'sample'> | undefined;

  constructor() {
    this.root.append(element('h2', {}, 'Samples, newest first'), this.#list);
  }

  /** Shows the newest of the samples, which come oldest first. */
  update(samples: readonly RunEventOf<'sample'>[]): void {
    const newest = samples.at(-1);
    if (newest === this.#newest && newest !== undefined) return;
    this.#newest = newest;
    this.root.hidden = newest === undefined;
    this.#list.replaceChildren(...samples.slice(-shown).reverse().map(item));
  }
}

function item({ step, prompt, completion, score }: RunEventOf<'sample'>): HTMLElement {
  const facts = [
    `step ${number(step)}`,
    ...(score === undefined ? [] : [`score ${number(score)}`]),
  ];
  return element(
    'li',
    {},
    element('p', { class: 'quiet' }, facts.join(' · ')),
    element('p', { class: 'text asked' }, visibleText(prompt)),
    element('p', { class: 'text' }, visibleText(completion)),
  );
}
