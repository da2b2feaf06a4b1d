/**
 * A text as Markdown that shows it as it stands: no emphasis, link, picture or HTML comes of what a
 * model wrote. Pieces of a text that streams in can be turned one by one. (The editor's own
 * `appendText` makes every space unbreakable, so that lines end within words.)
 */
export function plainMarkdown(text: string): string {
  // CommonMark takes a backslash before any ASCII punctuation; a single line break would be a space.
  return text.replace(/[!-/:-@[-`{-~]/g, '\\$&').replace(/\n+/g, '\n\n');
}
