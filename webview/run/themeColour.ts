/** The theme's colours as values, for what cannot read CSS variables: canvases and exported files. */

/** A colour of the theme by its variable; the text's colour where the theme has none. */
export function themeColour(variable: string): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
  return value === '' ? getComputedStyle(document.body).color : value;
}

/** Faint in every theme: the high-contrast ones have no faint line of their own. */
export function gridColour(): string {
  return `color-mix(in srgb, ${themeColour('--vscode-foreground')} 15%, transparent)`;
}
