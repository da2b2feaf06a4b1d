/** Word overlap of a short answer with its references, as the SQuAD evaluation script counts it. */

const articles = /\b(?:a|an|the)\b/g;
const punctuation = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g;

/** Lower case, without punctuation, articles and repeated spaces (SQuAD 2.0, `normalize_answer`). */
export function normalizeAnswer(text: string): string {
  return text
    .toLowerCase()
    .replace(punctuation, '')
    .replace(articles, ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');
}

/**
 * The harmonic mean of precision and recall over words, the best over the references; from 0 to 1.
 * A reference without words (a question that has no answer) is met by an answer without words only.
 */
export function answerF1(answer: string, references: readonly string[]): number {
  return Math.max(0, ...references.map((reference) => overlap(answer, reference)));
}

/** 1 where the answer is one of the references once both are normalised, else 0. */
export function exactMatch(answer: string, references: readonly string[]): number {
  const own = normalizeAnswer(answer);
  return references.some((reference) => normalizeAnswer(reference) === own) ? 1 : 0;
}

function overlap(answer: string, reference: string): number {
  const said = wordsOf(answer);
  const wanted = wordsOf(reference);
  if (said.length === 0 || wanted.length === 0) return said.length === wanted.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of said) {
    const standing = left.get(word) ?? 0;
    if (standing === 0) continue;
    common += 1;
    left.set(word, standing - 1);
  }
  return (2 * common) / (said.length + wanted.length);
}

function wordsOf(text: string): string[] {
  const normal = normalizeAnswer(text);
  return normal === '' ? [] : normal.split(' ');
}
