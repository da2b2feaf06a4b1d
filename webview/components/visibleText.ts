/**
 * Text with its invisible commands made visible: terminal escapes and characters that reverse the
 * order of what follows are shown by name, so that a completion cannot look like another.
 */
export function visibleText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
      const code = character.charCodeAt(0);
      if (character === '\n' || character === '\t') return character;
      if (code < 0x20) return String.fromCharCode(0x2400 + code); // the picture of the control
      return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
    });
}
