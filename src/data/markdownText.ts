/** Text of the data in Markdown pages. */

/** A table, its head first: the first column to the left, the others to the right. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A text without anything that Markdown or a table would take for its own. */
export function plainText(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#!\r\n]/g, ' ');
}
