/**
 * Whether a last line without a newline is one that a power cut, a kill or a full disk broke off.
 * The store writes only whole JSON objects, so a broken-off line is the beginning of one (inside a
 * text or an open bracket), or has the zero bytes that file systems leave behind. A last line that
 * somebody typed, right or wrong, but to its end, is not torn.
 */
export function breaksOff(line: string): boolean {
  if (line.includes('\0')) return true;
  let depth = 0;
  let inText = false;
  for (let index = 0; index < line.length; index++) {
    const character = line[index];
    if (inText) {
      if (character === '\\') index += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
  }
  return inText || depth > 0;
}
