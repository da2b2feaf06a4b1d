/** Byte-pair encoding learned from text (Sennrich et al. 2016), over bytes as in GPT-2. */
import { byteCharacters, wordPattern } from './byteAlphabet.ts';

/** The token that separates texts and ends completions. */
export const endOfText = '<|endoftext|>';

/** The part of a `tokenizer.json` that training decides. */
interface LearnedVocabulary {
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [string, string])[];
}

/**
 * The text of a `tokenizer.json` with at most `vocabSize` tokens: {@link endOfText} as 0, the 256
 * bytes, then merges, the most frequent pair first; of equals, the pair with the smaller ids, as
 * the `tokenizers` library decides. The same texts in the same order give the same vocabulary.
 * Merging ends early when no pair occurs twice.
 */
export function trainTokenizer(texts: Iterable<string>, vocabSize: number): string {
  if (!Number.isInteger(vocabSize) || vocabSize < 257) {
    throw new Error(`trainTokenizer: expected a vocabulary of at least 257, got ${vocabSize}`);
  }
  return tokenizerJson(learn(countWords(texts), vocabSize));
}

/** How often each word occurs, in the order of first occurrence. */
function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const part of text.split(endOfText)) {
      for (const [word] of part.matchAll(wordPattern)) {
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
  }
  return counts;
}

/** A distinct word of the corpus as token ids. */
interface Word {
  ids: number[];
  readonly count: number;
}

/** Pairs of ids as one number; ids stay far below this. */
const pairBase = 2 ** 26;

/** How often each pair occurs, and in which words. */
class PairCounts {
  readonly #counts = new Map<number, number>();
  readonly #words = new Map<number, Set<Word>>();

  add(word: Word, sign: 1 | -1): void {
    for (let i = 1; i < word.ids.length; i++) {
      const pair = word.ids[i - 1] * pairBase + word.ids[i];
      const count = (this.#counts.get(pair) ?? 0) + sign * word.count;
      if (count > 0) this.#counts.set(pair, count);
      else this.#counts.delete(pair);
      const words = this.#words.get(pair) ?? new Set();
      if (sign === 1) this.#words.set(pair, words.add(word));
    }
  }

  /** The most frequent pair that occurs at least twice, or null. */
  best(): number | null {
    let best: number | null = null;
    let most = 1;
    for (const [pair, count] of this.#counts) {
      if (count < most || (count === most && (best === null || pair > best))) continue;
      best = pair;
      most = count;
    }
    return best;
  }

  /** The words that have the pair; some may have had it earlier only. */
  takeWords(pair: number): Iterable<Word> {
    const words = this.#words.get(pair) ?? [];
    this.#words.delete(pair);
    return words;
  }
}

function learn(counts: ReadonlyMap<string, number>, vocabSize: number): LearnedVocabulary {
  // Ids follow the code points of the characters that stand for the bytes.
  const tokens = [endOfText, ...byteCharacters.toSorted()];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const byteIds = byteCharacters.map((character) => idOf.get(character) ?? 0);
  const merges: (readonly [string, string])[] = [];
  const pairs = new PairCounts();
  const encoder = new TextEncoder();
  for (const [text, count] of counts) {
    pairs.add({ ids: Array.from(encoder.encode(text), (byte) => byteIds[byte]), count }, 1);
  }
  while (tokens.length < vocabSize) {
    const pair = pairs.best();
    if (pair === null) break;
    const [left, right] = [Math.floor(pair / pairBase), pair % pairBase];
    merges.push([tokens[left], tokens[right]]);
    const joined = tokens[left] + tokens[right];
    const known = idOf.get(joined);
    const id = known ?? tokens.push(joined) - 1;
    idOf.set(joined, id);
    for (const word of pairs.takeWords(pair)) {
      pairs.add(word, -1);
      word.ids = mergePair(word.ids, left, right, id);
      pairs.add(word, 1);
    }
  }
  return { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges };
}

function mergePair(ids: readonly number[], left: number, right: number, id: number): number[] {
  const merged: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    const found = ids[i] === left && i + 1 < ids.length && ids[i + 1] === right;
    merged.push(found ? id : ids[i]);
    if (found) i++;
  }
  return merged;
}

function tokenizerJson({ vocab, merges }: LearnedVocabulary): string {
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  };
  const document = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: 0,
        content: endOfText,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: { ...byteLevel, trim_offsets: false },
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}
