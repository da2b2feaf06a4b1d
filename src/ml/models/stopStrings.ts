import type { Tokenizer } from './tokenizer.ts';

/**
 * Tells whether a completion contains one of the strings, which ends it. Looks only at as many of
 * the last tokens as a string can reach into: every token is at least a byte.
 *
 * @throws Error when a string is empty.
 */
export function stopsAt(
  tokenizer: Tokenizer,
  strings: readonly string[],
): (tokens: readonly number[]) => boolean {
  if (strings.includes('')) throw new Error('stopsAt: expected strings with characters, got ""');
  const longest = Math.max(0, ...strings.map((each) => Buffer.byteLength(each)));
  return (tokens) => {
    const end = tokenizer.decode(tokens.slice(-longest), { skipSpecial: true });
    return strings.some((each) => end.includes(each));
  };
}

/** The text before the first of the strings; all of it where none is in it. */
export function beforeStop(text: string, strings: readonly string[]): string {
  const places = strings.map((each) => text.indexOf(each)).filter((place) => place >= 0);
  return places.length === 0 ? text : text.slice(0, Math.min(...places));
}
