/** Says things to screen readers. */
import { element } from './element.ts';

/** A polite live region. Saying the same sentence twice is heard twice. */
export class LiveRegion {
  readonly root = element('div', {
    class: 'visually-hidden',
    role: 'status',
    'aria-live': 'polite',
  });

  /** Replaces what is said. */
  say(sentence: string): void {
    const repeated = this.root.textContent === sentence;
    this.root.textContent = repeated ? `${sentence}\u00a0` : sentence;
  }
}
