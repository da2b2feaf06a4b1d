/**
 * The characters that stand for bytes in byte-level vocabularies: printable bytes stand for
 * themselves, the others are moved to U+0100 and up in order (openai/gpt-2, src/encoder.py).
 */
export const byteCharacters: readonly string[] = buildByteCharacters();

/** The bytes by their characters, the reverse of {@link byteCharacters}. */
export const characterBytes: ReadonlyMap<string, number> = new Map(
  byteCharacters.map((character, byte) => [character, byte]),
);

function buildByteCharacters(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let moved = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : moved++),
  );
}

/** How GPT-2 cuts text into words before merging: contractions, words, numbers, signs, spaces. */
export const wordPattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
