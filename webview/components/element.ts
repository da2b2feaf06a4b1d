/** Makes DOM elements. Text goes in as text nodes only, so that hostile content stays text. */

/** `true` sets an empty attribute; `false` and `undefined` leave it out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes and children. `style` and `on…` are refused: the policy blocks them. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'style' || name.startsWith('on')) {
      throw new Error(`element: expected an attribute that the policy allows, got "${name}"`);
    }
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** A button that calls `act`. `key` is shown beside the label as the key that does the same. */
export function button(
  label: string,
  act: () => void,
  options: { readonly key?: string; readonly primary?: boolean } = {},
): HTMLButtonElement {
  const made = element(
    'button',
    { type: 'button', class: options.primary === true ? 'primary' : undefined },
    label,
  );
  if (options.key !== undefined) {
    made.append(' ', element('kbd', { 'aria-hidden': 'true' }, options.key));
  }
  made.addEventListener('click', act);
  return made;
}
