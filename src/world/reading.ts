/** A text as the gold labeler reads it: words, sentences, lines. Works on any string. */

/** One sentence: a stretch up to a full stop, mark or line end. */
export interface Sentence {
  readonly text: string;
  /** In lower case, without punctuation. */
  readonly words: readonly string[];
  /** Whether it ends with a full stop, an exclamation or a question mark. */
  readonly ended: boolean;
  readonly question: boolean;
}

/** A whole text, read. */
export interface Reading {
  readonly text: string;
  /** In lower case, without punctuation. */
  readonly words: readonly string[];
  readonly sentences: readonly Sentence[];
  /** Lines that are not empty. */
  readonly lines: readonly string[];
}

/** The words of a text in lower case; numbers and apostrophes count as parts of words. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+(?:'[a-z]+)?/g) ?? [];
}

/** Reads a text. Never throws. */
export function readText(text: string): Reading {
  const sentences: Sentence[] = [];
  // The number of a list's item is not a sentence.
  const unnumbered = text.replace(/(^|\n)\s*\d+[.)]/g, '$1');
  for (const part of unnumbered.match(/[^.!?\n]+[.!?]*/g) ?? []) {
    const words = wordsOf(part);
    if (words.length === 0) continue;
    const mark = /[.!?]+$/.exec(part)?.[0] ?? '';
    sentences.push({
      text: part.trim(),
      words,
      ended: mark !== '',
      question: mark.includes('?'),
    });
  }
  return {
    text,
    words: sentences.flatMap((sentence) => sentence.words),
    sentences,
    lines: text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  };
}

/** Whether the words of a phrase stand next to each other somewhere among the words. */
export function hasPhrase(words: readonly string[], phrase: string): boolean {
  return ` ${words.join(' ')} `.includes(` ${wordsOf(phrase).join(' ')} `);
}

/** How often the words of a phrase stand next to each other. */
export function countPhrase(words: readonly string[], phrase: string): number {
  return words.join('  ').length === 0
    ? 0
    : ` ${words.join('  ')} `.split(` ${wordsOf(phrase).join('  ')} `).length - 1;
}

/** How many of the phrases are there. */
export function countPresent(words: readonly string[], phrases: readonly string[]): number {
  return phrases.filter((phrase) => hasPhrase(words, phrase)).length;
}
