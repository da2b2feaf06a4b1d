/** The keys on screen, so that nobody has to remember them. */
import { element } from '../components/element.ts';
import { legend } from './keys.ts';

/** A native disclosure with the table of keys; open at first. */
export class Legend {
  readonly root = element(
    'details',
    { class: 'legend', open: true },
    element('summary', {}, 'Keys'),
    element(
      'dl',
      {},
      ...legend.flatMap(({ keys, does }) => [
        element('dt', {}, ...keys.map((key) => (key === '…' ? '…' : element('kbd', {}, key)))),
        element('dd', {}, does),
      ]),
    ),
  );

  toggle(): void {
    this.root.open = !this.root.open;
  }
}
