/** Keys that an element on the page takes for itself. */

/** Whether what has the focus has a use of its own for the key: typing, choosing, pressing. */
export function belongsToTarget({ target, key }: KeyboardEvent): boolean {
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement && target.type === 'text') return true;
  return key === 'Enter' && target instanceof Element && target.closest('button, summary') !== null;
}
