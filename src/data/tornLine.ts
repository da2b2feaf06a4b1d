/**
 * Whether a last line without a newline is one that a power cut, a kill or a full disk broke off.
 * The store writes only whole JSON objects, so a broken-off line is the beginning of one (inside a
 * text or an open bracket), or has the zero bytes that file systems leave behind. A last line that
 * somebody typed, right or wrong, but to its end, is not torn.
 */
export function breaksOff(line: string): boolean {
  if (line.includes('\0')) return true;
  const signs = /["{}[\]]/g;
  let depth = 0;
  for (let found = signs.exec(line); found !== null; found = signs.exec(line)) {
    const [sign] = found;
    if (sign === '"') {
      const end = endOfText(line, signs.lastIndex);
      if (end === -1) return true;
      signs.lastIndex = end + 1;
    } else depth += sign === '{' || sign === '[' ? 1 : -1;
  }
  return depth > 0;
}

/** The quote that ends the text which begins at `from`, or -1. Fast in texts of many megabytes. */
function endOfText(line: string, from: number): number {
  for (let end = line.indexOf('"', from); end !== -1; end = line.indexOf('"', end + 1)) {
    let escapes = end;
    while (escapes > from && line[escapes - 1] === '\\') escapes -= 1;
    if ((end - escapes) % 2 === 0) return end;
  }
  return -1;
}
