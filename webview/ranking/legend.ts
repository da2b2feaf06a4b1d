/** The keys on screen, so that nobody has to remember them. */
import { element } from '../components/element.ts';
import { legend } from './keys.ts';

/** A native disclosure with the table of keys; open at first. */
export class Legend {
  readonly #list = element('dl');
  readonly root = element(
    'details',
    { class: 'legend', open: true },
    element('summary', {}, 'Keys'),
    this.#list,
  );

  /** Lists the keys for a task of `count` completions. */
  update(count: number, askRatings: boolean): void {
    this.#list.replaceChildren(
      ...legend(count, askRatings).flatMap(({ keys, does }) => [
        element('dt', {}, ...keys.map((key) => (key === '…' ? '…' : element('kbd', {}, key)))),
        element('dd', {}, does),
      ]),
    );
  }

  toggle(): void {
    this.root.open = !this.root.open;
  }
}
