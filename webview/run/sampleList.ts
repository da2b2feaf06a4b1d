/** Completions of the fixed prompts as they change over training, with scores and word differences. */
import * as l10n from '@vscode/l10n';
import { button, element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import { wordDiff } from '../components/wordDiff.ts';
import { number } from './inWords.ts';
import {
  historiesOf,
  referenceOf,
  type PromptHistory,
  type Reference,
  type Sample,
} from './sampleHistory.ts';

/** Evaluations of a prompt that are shown before "Show All". */
const shownAtFirst = 4;

/** A section that shows itself when there is a sample. */
export class SampleList {
  readonly root = element('section', { 'aria-label': l10n.t('Samples'), hidden: true });
  readonly #prompts = element('div', { class: 'histories' });
  readonly #reference: HTMLSelectElement;
  readonly #open = new Set<string>();
  #samples: readonly Sample[] = [];
  #seen = 0;
  #newest: Sample | undefined;
  #step: number | undefined;

  constructor() {
    this.#reference = element(
      'select',
      {},
      element('option', { value: 'previous' }, l10n.t('the evaluation before')),
      element('option', { value: 'first' }, l10n.t('the first evaluation')),
      element('option', { value: 'none' }, l10n.t('nothing')),
    );
    this.#reference.addEventListener('input', () => this.#draw());
    this.root.append(
      element('h2', {}, l10n.t('Samples over training')),
      element('label', { class: 'quiet' }, `${l10n.t('Differences from')} `, this.#reference),
      this.#prompts,
    );
  }

  /** Shows the samples, which come oldest first. The array is only read. */
  update(samples: readonly Sample[]): void {
    this.#samples = samples;
    const newest = samples.at(-1);
    if (newest === this.#newest && samples.length === this.#seen) return;
    this.#newest = newest;
    this.#seen = samples.length;
    this.root.hidden = newest === undefined;
    this.#draw();
  }

  /** Brings the completions of a step into sight. */
  reveal(step: number): void {
    this.#step = step;
    for (const { key } of historiesOf(this.#samples)) this.#open.add(key);
    this.#draw();
    this.root.querySelector('[aria-current]')?.scrollIntoView({ block: 'center' });
  }

  #draw(): void {
    this.#prompts.replaceChildren(
      ...historiesOf(this.#samples).map((history) => this.#history(history)),
    );
  }

  #history(history: PromptHistory): HTMLElement {
    const { key, prompt, rank, samples } = history;
    const all = this.#open.has(key) || samples.length <= shownAtFirst;
    const from = all ? 0 : samples.length - shownAtFirst;
    const items = samples
      .map((sample, at) => ({ sample, at }))
      .slice(from)
      .reverse()
      .map(({ sample, at }) => this.#item(sample, samples, at));
    const more = button(l10n.t`Show All ${samples.length}`, () => {
      this.#open.add(key);
      this.#draw();
    });
    return element(
      'article',
      {},
      element('p', { class: 'text asked' }, visibleText(prompt)),
      ...(rank === undefined
        ? []
        : [element('p', { class: 'quiet' }, l10n.t`Ranked ${rank} by labelers`)]),
      element('ol', { class: 'samples' }, ...items),
      ...(all ? [] : [more]),
    );
  }

  #item(sample: Sample, samples: readonly Sample[], at: number): HTMLElement {
    const before = referenceOf(samples, at, this.#chosen);
    const facts = [
      l10n.t`step ${number(sample.step)}`,
      ...(sample.score === undefined ? [] : [scoreInWords(sample.score, before?.score)]),
    ];
    const current = sample.step === this.#step;
    return element(
      'li',
      current ? { 'aria-current': 'step' } : {},
      element('p', { class: 'quiet' }, facts.join(' · ')),
      wordDiff(before?.completion, sample.completion),
    );
  }

  get #chosen(): Reference {
    const { value } = this.#reference;
    return value === 'first' || value === 'none' ? value : 'previous';
  }
}

function scoreInWords(score: number, before: number | undefined): string {
  const said = l10n.t`score ${number(score)}`;
  if (before === undefined) return said;
  const change = score - before;
  return `${said} (${change < 0 ? '−' : '+'}${number(Math.abs(change))})`;
}
