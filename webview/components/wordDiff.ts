/** Two texts word by word: what stands in both, and what only in the later one. */
import { diffWordsWithSpace } from 'diff';
import { element } from './element.ts';
import { visibleText } from './visibleText.ts';

/**
 * A paragraph with the later text, what is new in it marked, and what is gone struck through;
 * plain when there is nothing to compare with.
 */
export function wordDiff(before: string | undefined, after: string): HTMLElement {
  const root = element('p', { class: 'text diff' });
  if (before === undefined) {
    root.append(visibleText(after));
    return root;
  }
  for (const { value, added, removed } of diffWordsWithSpace(
    visibleText(before),
    visibleText(after),
  )) {
    if (added) root.append(element('ins', {}, value));
    else if (removed) root.append(element('del', {}, value));
    else root.append(value);
  }
  return root;
}
