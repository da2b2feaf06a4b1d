/** An expected failure on screen: what is wrong, what to do, and the buttons that do it. */
import type { ErrorData } from '../../src/protocol/errors.ts';
import { element } from './element.ts';

/** A box that screen readers announce at once. */
export function problemBox(
  { message, remedy, place }: ErrorData,
  ...buttons: readonly HTMLButtonElement[]
): HTMLElement {
  const line = place?.line === undefined ? '' : `:${place.line}`;
  return element(
    'div',
    { class: 'problem', role: 'alert' },
    element('p', { class: 'text' }, message),
    ...(place === undefined ? [] : [element('p', { class: 'text' }, `${place.path}${line}`)]),
    element('p', { class: 'text' }, remedy),
    ...buttons,
  );
}
