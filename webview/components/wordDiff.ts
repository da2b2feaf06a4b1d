/** Two texts word by word: what stands in both, and what only in the later one. */
import { element } from './element.ts';
import { visibleText } from './visibleText.ts';
import { wordRuns } from './wordRuns.ts';

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
  const runs = wordRuns(visibleText(before), visibleText(after));
  if (runs === undefined) root.append(visibleText(after)); // too long and too different
  for (const { text, in: where } of runs ?? []) {
    if (where === 'both') root.append(text);
    else root.append(element(where === 'right' ? 'ins' : 'del', {}, text));
  }
  return root;
}
