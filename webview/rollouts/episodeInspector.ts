/** Episodes of a PPO run, one of them token by token, as a heat map and as a table. */
import * as l10n from '@vscode/l10n';
import type { RolloutRecord } from '../../src/protocol/rollouts.ts';
import { element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import { heatOf, quantities, type Quantity } from './heat.ts';

/** What the host answers: the iterations that were kept, and the episodes of one of them. */
export interface EpisodePage {
  readonly iterations: readonly number[];
  readonly iteration?: number | undefined;
  readonly episodes: readonly RolloutRecord[];
}

/** Orders of the list, the largest first. */
const orders: Readonly<Record<string, (episode: RolloutRecord) => number>> = {
  score: ({ score }) => score,
  KL: ({ kl }) => kl,
  length: ({ tokens }) => tokens.length,
};

/** The strongest colour behind a token, in percent: with more, text on it has too little contrast in some theme. */
const mostHeat = 40;

/** See the file's header. Hidden until a page is shown. */
export class EpisodeInspector {
  readonly root = element('section', {
    class: 'episodes',
    'aria-label': l10n.t('Episodes'),
    hidden: true,
    tabindex: -1,
  });
  readonly #load: (iteration: number) => void;
  readonly #iteration = element('select');
  readonly #order: HTMLSelectElement;
  readonly #quantity: HTMLSelectElement;
  readonly #list = element('ol', { class: 'episode-list' });
  readonly #detail = element('div', { class: 'episode' });
  #page: EpisodePage = { iterations: [], episodes: [] };
  #shown: RolloutRecord | undefined;

  /** `load` is called with the iteration that the user wants to see. */
  constructor(load: (iteration: number) => void) {
    this.#load = load;
    this.#order = choice(Object.keys(orders).map((name) => [name, name]));
    this.#quantity = choice(Object.entries(quantities));
    this.#iteration.addEventListener('input', () => this.#load(Number(this.#iteration.value)));
    this.#order.addEventListener('input', () => this.#drawList());
    this.#quantity.addEventListener('input', () => this.#drawEpisode());
    this.root.append(
      element('h2', {}, l10n.t('Episodes')),
      element(
        'div',
        { class: 'controls' },
        element('label', {}, l10n.t('Iteration'), this.#iteration),
        element('label', {}, l10n.t('Sort by'), this.#order),
        element('label', {}, l10n.t('Colour by'), this.#quantity),
      ),
      element('div', { class: 'episode-board' }, this.#list, this.#detail),
    );
  }

  /** Shows a page, and the episode that the order puts first. */
  show(page: EpisodePage): void {
    this.#page = page;
    this.root.hidden = false;
    this.#iteration.replaceChildren(
      ...page.iterations.map((each) =>
        element('option', { value: each, selected: each === page.iteration }, String(each)),
      ),
    );
    this.#shown = undefined;
    this.#drawList();
    this.root.focus();
    this.root.scrollIntoView({ block: 'start' });
  }

  #drawList(): void {
    const of = orders[this.#order.value] ?? orders['score'];
    const episodes = [...this.#page.episodes].sort((a, b) => of(b) - of(a));
    this.#shown ??= episodes.at(0);
    this.#list.replaceChildren(...episodes.map((episode) => this.#row(episode)));
    if (episodes.length === 0) {
      const text = l10n.t(
        'No episodes are kept yet: a PPO run keeps some of every few iterations.',
      );
      this.#list.replaceChildren(element('li', { class: 'quiet' }, text));
    }
    this.#drawEpisode();
  }

  #row(episode: RolloutRecord): HTMLElement {
    const { score, kl, tokens, completion, prompt } = episode;
    const made = element(
      'button',
      { type: 'button', 'aria-pressed': String(episode === this.#shown) },
      element(
        'span',
        { class: 'quiet' },
        [
          l10n.t`score ${score.toFixed(2)}`,
          l10n.t`KL ${kl.toFixed(2)}`,
          l10n.t`${tokens.length} tokens`,
        ].join(' · '),
      ),
      element('span', { class: 'line' }, visibleText(completion)),
    );
    made.title = visibleText(prompt);
    made.addEventListener('click', () => {
      this.#shown = episode;
      for (const other of this.#list.querySelectorAll('button')) {
        other.setAttribute('aria-pressed', String(other === made));
      }
      this.#drawEpisode();
    });
    return element('li', {}, made);
  }

  #drawEpisode(): void {
    const episode = this.#shown;
    if (episode === undefined) {
      this.#detail.replaceChildren();
      return;
    }
    const quantity = quantityOf(this.#quantity.value);
    this.#detail.replaceChildren(
      element('p', { class: 'text asked' }, visibleText(episode.prompt)),
      heatMap(episode, quantity),
      element(
        'p',
        { class: 'quiet' },
        l10n.t`${quantities[quantity]}: red above zero, blue and underlined below; the stronger the colour, the larger.`,
        episode.ended ? '' : ` ${l10n.t('It did not end by itself.')}`,
      ),
      table(episode),
    );
  }
}

function heatMap(episode: RolloutRecord, quantity: Quantity): HTMLElement {
  const values = episode[quantity];
  const heat = heatOf(values);
  return element(
    'p',
    { class: 'heat text', role: 'img', 'aria-label': l10n.t`Tokens by ${quantities[quantity]}` },
    ...episode.tokens.map((token, at) => {
      const made = element('span', { class: heat[at] < 0 ? 'below' : 'above' }, visibleText(token));
      made.style.setProperty('--heat', `${(mostHeat * Math.abs(heat[at])).toFixed(0)}%`);
      made.title = values[at].toFixed(3);
      return made;
    }),
  );
}

function table(episode: RolloutRecord): HTMLElement {
  const names = Object.keys(quantities).map(quantityOf);
  const head = [l10n.t('Token'), ...names.map((name) => quantities[name])];
  return element(
    'div',
    {
      class: 'scroll',
      tabindex: 0,
      role: 'region',
      'aria-label': l10n.t('The episode token by token'),
    },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element('tr', {}, ...head.map((name) => element('th', { scope: 'col' }, name))),
      ),
      element(
        'tbody',
        {},
        ...episode.tokens.map((token, at) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, JSON.stringify(visibleText(token))),
            ...names.map((name) => {
              const value = episode[name][at];
              return element('td', {}, `${value < 0 ? '▼' : '▲'} ${value.toFixed(3)}`);
            }),
          ),
        ),
      ),
    ),
  );
}

function quantityOf(name: string): Quantity {
  return name in quantities ? (name as Quantity) : 'kls'; // a key that was just found
}

function choice(options: readonly (readonly [value: string, label: string])[]): HTMLSelectElement {
  return element(
    'select',
    {},
    ...options.map(([value, label]) => element('option', { value }, label)),
  );
}
